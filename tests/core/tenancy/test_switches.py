"""A plugin goes on as a whole or not at all, for one tenant only."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from nakamise.building import build_runtime, close_runtime
from nakamise.errors import Conflict, Invalid, NotFound
from nakamise.plugin import Tenant
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.tenancy import switches
from nakamise.testing.fixtures import NewTenant
from tests.core.tenancy.sample import Sample, importable

TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = $1 AND tablename LIKE $2"


@pytest.fixture(scope="module")
async def garden(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    """An installation with `soil`, and `roots` that needs it."""
    soil = Sample(tmp_path_factory.mktemp("soil"), "soil")
    roots = Sample(tmp_path_factory.mktemp("roots"), "roots", requires=("soil",))
    with importable(soil, roots) as host:
        assert [manifest.id for manifest in host.usable] == ["soil", "roots"], host.refused
        built = await build_runtime(settings, host=host)
        yield built
        await close_runtime(built)


def _now(garden: Runtime, tenant: Tenant) -> Tenant:
    found = garden.directory.by_id(tenant.id)
    assert found is not None
    return found


async def test_on_brings_tables_rights_permissions_and_the_hook(
    garden: Runtime, new_tenant: NewTenant
) -> None:
    tenant = await new_tenant()
    await switches.enable(garden, tenant.id, "soil")
    assert _now(garden, tenant).plugins == {"soil"}
    async with garden.db.tenant(tenant.schema) as tx:
        assert await tx.values("SELECT body FROM soil_note") == ["hi"]
        roles = await tx.values(
            "SELECT role_id FROM core_role_permission WHERE permission = 'soil.dig' ORDER BY 1"
        )
    assert roles == ["admin", "shop_staff"]
    for statement in ("UPDATE soil_ledger SET id = 2", "DELETE FROM soil_ledger"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with garden.db.tenant(tenant.schema) as tx:
                await tx.execute(statement)


async def test_on_twice_is_on_once(garden: Runtime, new_tenant: NewTenant) -> None:
    tenant = await new_tenant()
    for _ in range(2):
        await switches.enable(garden, tenant.id, "soil")
    async with garden.db.tenant(tenant.schema) as tx:
        assert await tx.values("SELECT revision FROM core_migration WHERE plugin = 'soil'") == [1]


async def test_other_tenants_see_nothing(
    garden: Runtime, new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    one, other = await new_tenant(), await new_tenant()
    await switches.enable(garden, one.id, "soil")
    assert _now(garden, other).plugins == frozenset()
    assert await owner.fetchval(TABLES, other.schema, "soil%") == 0


async def test_a_raising_hook_leaves_nothing(
    garden: Runtime, new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    tenant = await new_tenant()
    with pytest.raises(RuntimeError, match="too shallow"):
        await switches.enable(garden, tenant.id, "soil", settings={"depth": -1})
    await garden.directory.refresh()
    assert _now(garden, tenant).plugins == frozenset()
    assert _now(garden, tenant).version == tenant.version
    assert await owner.fetchval(TABLES, tenant.schema, "soil%") == 0
    for table in ("plugin_switch", "migration_ledger"):
        query = f"SELECT count(*) FROM nakamise.{table} WHERE tenant_id = $1 AND plugin = 'soil'"
        assert await owner.fetchval(query, tenant.id) == 0
    await switches.enable(garden, tenant.id, "soil", settings={"depth": 5})
    assert _now(garden, tenant).plugin_settings["soil"] == {"depth": 5}


async def test_requirements_are_named(garden: Runtime, new_tenant: NewTenant) -> None:
    tenant = await new_tenant()
    with pytest.raises(Conflict) as refused:
        await switches.enable(garden, tenant.id, "roots")
    assert refused.value.params == {"plugins": "soil"}
    await switches.enable(garden, tenant.id, "soil")
    await switches.enable(garden, tenant.id, "roots")
    with pytest.raises(Conflict) as needed:
        await switches.disable(garden, tenant.id, "soil")
    assert needed.value.params == {"plugins": "roots"}
    await switches.disable(garden, tenant.id, "roots")
    await switches.disable(garden, tenant.id, "soil")
    assert _now(garden, tenant).plugins == frozenset()


async def test_several_go_on_together_or_none_does(
    garden: Runtime, new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    tenant = await new_tenant()
    with pytest.raises(Conflict):
        await switches.enable_all(garden, tenant.id, ["roots", "soil"])
    await switches.enable_all(garden, tenant.id, ["soil", "roots"])
    assert _now(garden, tenant).plugins == {"soil", "roots"}
    async with garden.db.tenant(tenant.schema) as tx:
        assert (
            await tx.values("SELECT body FROM soil_note UNION ALL SELECT body FROM roots_note") == ["hi"] * 2
        )
    query = (
        "SELECT detail->>'plugin' FROM nakamise.control_audit WHERE tenant_id = $1 AND act = 'plugin.enable'"
    )
    assert [row[0] for row in await owner.fetch(f"{query} ORDER BY id", tenant.id)] == ["soil", "roots"]
    for plugin_id in ("roots", "soil"):
        await switches.disable(garden, tenant.id, plugin_id)
    await switches.configure(garden, tenant.id, "roots", {"depth": -1})
    with pytest.raises(RuntimeError, match="too shallow"):
        await switches.enable_all(garden, tenant.id, ["soil", "roots"])
    await garden.directory.refresh()
    assert _now(garden, tenant).plugins == frozenset()


async def test_off_keeps_data_and_settings(garden: Runtime, new_tenant: NewTenant) -> None:
    tenant = await new_tenant()
    await switches.enable(garden, tenant.id, "soil", settings={"depth": 7})
    async with garden.db.tenant(tenant.schema) as tx:
        await tx.execute("INSERT INTO soil_note (id, body) VALUES (2, 'mine')")
    await switches.disable(garden, tenant.id, "soil")
    await switches.enable(garden, tenant.id, "soil")
    async with garden.db.tenant(tenant.schema) as tx:
        assert await tx.values("SELECT body FROM soil_note ORDER BY id") == ["hi", "mine"]
    assert _now(garden, tenant).plugin_settings["soil"] == {"depth": 7}


async def test_settings_are_checked_and_audited(
    garden: Runtime, new_tenant: NewTenant, owner: asyncpg.Connection
) -> None:
    tenant = await new_tenant()
    with pytest.raises(NotFound):
        await switches.configure(garden, tenant.id, "soil", {"depth": 4})
    await switches.enable(garden, tenant.id, "soil")
    with pytest.raises(Invalid) as invalid:
        await switches.configure(garden, tenant.id, "soil", {"depth": "deep", "width": 1})
    assert set(invalid.value.fields) == {"depth", "width"}
    await switches.configure(garden, tenant.id, "soil", {"depth": 4}, actor="somebody")
    assert _now(garden, tenant).plugin_settings["soil"] == {"depth": 4}
    acts = await owner.fetch(
        "SELECT act, actor, detail FROM nakamise.control_audit WHERE tenant_id = $1 ORDER BY id", tenant.id
    )
    assert [tuple(act) for act in acts][1:] == [
        ("plugin.enable", "operator", {"plugin": "soil"}),
        ("plugin.configure", "somebody", {"plugin": "soil", "changed": ["depth"]}),
    ]


async def test_what_is_not_there(garden: Runtime, new_tenant: NewTenant) -> None:
    tenant = await new_tenant()
    with pytest.raises(NotFound):
        await switches.enable(garden, tenant.id, "weeds")
