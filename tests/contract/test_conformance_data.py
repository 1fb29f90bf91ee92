"""What every installed plugin does with a tenant's schema."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.schema import CreateTable

from nakamise.host.registry import PluginHost
from nakamise.plugin.context import Tenant
from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.testing.catalog import describe
from nakamise.testing.fixtures import MakeTenant
from tests.contract.installed import PLUGINS

pytestmark = pytest.mark.parametrize("plugin_id", PLUGINS)

DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
_COLUMNS = (
    "SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)"
    " || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END"
    " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " WHERE c.relnamespace = $1::text::regnamespace AND c.relkind = 'r' ORDER BY 1"
)
_TABLES = (
    "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = $1::text::regnamespace AND c.relkind = 'r'"
)
_WITHOUT_KEY = (
    f"{_TABLES} AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')"
)
_TRIGGERS = (
    "SELECT t.tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE c.relnamespace = $1::text::regnamespace AND NOT t.tgisinternal"
)
_LEAVING = (
    "SELECT k.conname::text FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid"
    " WHERE k.connamespace = $1::text::regnamespace AND k.contype = 'f' AND c.relnamespace <> k.connamespace"
)


async def column(owner: asyncpg.Connection, query: str, schema: str) -> list[str]:
    return [row[0] for row in await owner.fetch(query, schema)]


@pytest.fixture
async def tenant(make_tenant: MakeTenant, plugin_id: str) -> Tenant:
    """The plugin and what it requires are on."""
    return await make_tenant(plugins=(plugin_id,))


async def own_tables(
    owner: asyncpg.Connection, make_tenant: MakeTenant, host: PluginHost, tenant: Tenant, plugin_id: str
) -> set[str]:
    """What switching it on added to a tenant with its requirements."""
    without = await make_tenant(plugins=host.manifest(plugin_id).requires)
    return set(await column(owner, _TABLES, tenant.schema)) - set(
        await column(owner, _TABLES, without.schema)
    )


async def test_its_tables_carry_its_name(
    owner: asyncpg.Connection, make_tenant: MakeTenant, host: PluginHost, tenant: Tenant, plugin_id: str
) -> None:
    tables = await own_tables(owner, make_tenant, host, tenant, plugin_id)
    assert bool(tables) == bool(host.migrations(plugin_id))
    assert {table for table in tables if not table.startswith(f"{plugin_id}_")} == set()


async def test_its_tables_can_be_a_shard(owner: asyncpg.Connection, tenant: Tenant) -> None:
    assert await column(owner, _WITHOUT_KEY, tenant.schema) == []
    assert await column(owner, _TRIGGERS, tenant.schema) == []
    assert await column(owner, _LEAVING, tenant.schema) == []


async def test_its_models_are_its_migrations(
    owner: asyncpg.Connection, make_tenant: MakeTenant, host: PluginHost, tenant: Tenant, plugin_id: str
) -> None:
    """No drift: the same columns, types and NOT NULLs either way."""
    metadata = host.plugin(plugin_id).metadata
    tables = await own_tables(owner, make_tenant, host, tenant, plugin_id)
    assert set(metadata.tables if metadata is not None else ()) == tables
    if metadata is None:
        return
    scratch = f"scratch_{plugin_id}"
    transaction = owner.transaction()
    await transaction.start()
    try:
        await owner.execute(f"CREATE SCHEMA {scratch}; SET LOCAL search_path = {scratch}")
        for table in metadata.sorted_tables:
            await owner.execute(str(CreateTable(table).compile(dialect=DIALECT)))
        modelled = await column(owner, _COLUMNS, scratch)
    finally:
        await transaction.rollback()
    migrated = [
        line for line in await column(owner, _COLUMNS, tenant.schema) if line.partition(".")[0] in tables
    ]
    assert modelled == migrated


async def test_off_and_on_again_keeps_everything(
    runtime: Runtime, owner: asyncpg.Connection, tenant: Tenant, plugin_id: str
) -> None:
    before = await contents(owner, tenant)
    await switches.disable(runtime, tenant.id, plugin_id)
    assert await contents(owner, tenant) == before
    await switches.enable(runtime, tenant.id, plugin_id)
    assert await contents(owner, tenant) == before


async def contents(owner: asyncpg.Connection, tenant: Tenant) -> tuple[list[str], dict[str, int]]:
    tables = await column(owner, _TABLES, tenant.schema)
    counts = {
        table: await owner.fetchval(f'SELECT count(*) FROM "{tenant.schema}"."{table}"')
        for table in sorted(tables)
    }
    return await describe(owner, tenant.schema), counts
