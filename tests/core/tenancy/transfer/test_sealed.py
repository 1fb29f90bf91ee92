"""What plugins sealed travels with a passphrase, wherever it stands, and stays behind without one."""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nakamise_hello.settings import HelloSettings

from nakamise.plugin.context import Tenant
from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.tenancy.transfer.clone import clone_tenant
from nakamise.tenancy.transfer.digest import digest_tenant
from nakamise.tenancy.transfer.enter import Target
from nakamise.tenancy.transfer.export import export_tenant
from nakamise.tenancy.transfer.load import import_tenant
from nakamise.testing.fixtures import MakeTenant
from tests.core.tenancy.transfer.parts import another_installation, ctx_of

pytestmark = pytest.mark.req("BX-20")

PHRASE = "a passphrase for the way"
ROW = uuid.UUID(int=5)
PLACE = f"hello_greeting.note/{ROW}"
SETTINGS = {
    "api_key": "key of the top",
    "sender": {"name": "花子", "address": "a@example.com"},
    "circles": [{"label": "a", "password": "word one"}, {"label": "b", "password": "word two"}],
}


@pytest.fixture(scope="module")
async def tenant(runtime: Runtime, make_tenant: MakeTenant) -> Tenant:
    made = await make_tenant(plugins=("hello",))
    await switches.configure(runtime, made.id, "hello", SETTINGS)
    ctx = ctx_of(runtime, made)
    async with ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO hello_greeting (id, text, note) VALUES ($1, 'x', $2)", ROW, ctx.seal(PLACE, "note")
        )
    return made


@pytest.fixture(scope="module")
async def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    async with another_installation(tmp_path_factory.mktemp("elsewhere")) as runtime:
        yield runtime


async def secrets_of(runtime: Runtime, slug: str) -> tuple[str, list[str], str]:
    """(top-level setting, those in rows, the column); "" for what is not there."""
    [found] = [one for one in runtime.directory.all() if one.slug == slug]
    ctx = ctx_of(runtime, found)
    settings = ctx.settings(HelloSettings)
    async with ctx.read() as tx:
        note = str(await tx.value("SELECT note FROM hello_greeting WHERE id = $1", ROW))
    opened = ctx.unseal(PLACE, note) if note else ""
    return settings.api_key, [one.password for one in settings.circles], opened


ALL = ("key of the top", ["word one", "word two"], "note")


async def test_with_a_passphrase_they_open_elsewhere(
    runtime: Runtime, tenant: Tenant, elsewhere: Runtime, tmp_path: Path
) -> None:
    path = tmp_path / "with.zip"
    await export_tenant(runtime, tenant.slug, path, passphrase=PHRASE)
    done = await import_tenant(elsewhere, path, Target(slug="with", passphrase=PHRASE))
    assert done.typed_again == ()
    assert await secrets_of(elsewhere, "with") == ALL
    assert await digest_tenant(runtime, tenant.slug) == await digest_tenant(elsewhere, "with")


async def test_without_one_they_stay_behind_and_the_rest_arrives(
    runtime: Runtime, tenant: Tenant, elsewhere: Runtime, tmp_path: Path
) -> None:
    path = tmp_path / "without.zip"
    await export_tenant(runtime, tenant.slug, path)
    with zipfile.ZipFile(path) as archive:
        assert "secrets.bin" not in archive.namelist()
    done = await import_tenant(elsewhere, path, Target(slug="without"))
    assert done.typed_again == ("secret settings of hello",)
    assert await secrets_of(elsewhere, "without") == ("", ["", ""], "")


async def test_a_copy_beside_it_opens_its_own(runtime: Runtime, tenant: Tenant) -> None:
    slug = f"copy-{tenant.slug}"
    await clone_tenant(runtime, tenant.slug, slug, hosts=(f"{slug}.localhost",))
    assert await secrets_of(runtime, slug) == ALL
