"""The installation's secret is changed: everything is sealed anew once, and opens without the old one."""

from __future__ import annotations

import dataclasses
import uuid

import asyncpg
import msgspec
import pytest
from nakamise_hello.settings import HelloSettings

from nakamise.auth.sealing import Sealer
from nakamise.errors import Unsealable
from nakamise.host.vault import Vault
from nakamise.plugin.context import Tenant
from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.tenancy.reseal import Resealed, reseal
from nakamise.testing.author_fixtures import As
from nakamise.testing.fixtures import CtxFor, MakeTenant

pytestmark = pytest.mark.req("BX-19")

NEW, FOREIGN = b"the next secret of this installation", b"nobody knows this secret any more"
ROW = uuid.UUID(int=5)
PLACE = f"hello_greeting.note/{ROW}"


@pytest.fixture
async def tenant(runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor, as_admin: As) -> Tenant:
    """Three secret settings, one of them in a row; a sealed column; a second factor."""
    made = await make_tenant(plugins=("hello",))
    settings = {"api_key": "k", "circles": [{"password": "p1"}, {"password": "p2"}]}
    await switches.configure(runtime, made.id, "hello", settings)
    await as_admin(made, mfa=True)
    ctx = ctx_for(made)
    async with ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO hello_greeting (id, text, note) VALUES ($1, 'x', $2)", ROW, ctx.seal(PLACE, "n")
        )
    found = runtime.directory.by_id(made.id)
    assert found is not None
    return found


def rotated(runtime: Runtime, secret: bytes, *old: bytes) -> Runtime:
    """The same installation under another secret; its host is put back by ``same_host``."""
    settings = msgspec.structs.replace(runtime.settings, secret_key=secret, old_secret_keys=old)
    runtime.host.vault = Vault(secret, old)
    return dataclasses.replace(runtime, settings=settings)


@pytest.fixture(autouse=True)
def same_host(runtime: Runtime):  # type: ignore[no-untyped-def]
    vault = runtime.host.vault
    yield
    runtime.host.vault = vault


async def test_everything_is_sealed_anew_once(
    runtime: Runtime, tenant: Tenant, owner: asyncpg.Connection
) -> None:
    changed = rotated(runtime, NEW, runtime.settings.secret_key)
    assert await reseal(changed, tenant) == Resealed(settings=3, columns=1, second_factors=1)
    assert await reseal(changed, tenant) == Resealed()
    vault = Vault(NEW)
    note = await owner.fetchval(f"SELECT note FROM {tenant.schema}.hello_greeting WHERE id = $1", ROW)
    assert vault.unseal(tenant.id, PLACE, note) == "n"
    [factor] = await owner.fetch(f"SELECT user_id, sealed_secret FROM {tenant.schema}.core_totp")
    assert Sealer(NEW, "totp").open(tenant.id, factor["user_id"], factor["sealed_secret"])
    runtime.host.vault = vault
    await runtime.directory.refresh()
    fresh = runtime.directory.by_id(tenant.id)
    assert fresh is not None
    settings = runtime.host.settings(fresh, HelloSettings)
    assert (settings.api_key, [one.password for one in settings.circles]) == ("k", ["p1", "p2"])


async def test_a_value_that_no_secret_opens_is_told_and_nothing_is_changed(
    runtime: Runtime, tenant: Tenant, owner: asyncpg.Connection
) -> None:
    sql = "SELECT settings::text FROM nakamise.plugin_switch WHERE tenant_id = $1 AND plugin = 'hello'"
    before = await owner.fetchval(sql, tenant.id)
    with pytest.raises(Unsealable):
        await reseal(rotated(runtime, NEW, FOREIGN), tenant)
    assert await owner.fetchval(sql, tenant.id) == before
