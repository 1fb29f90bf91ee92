"""Checks of tables: what PostgreSQL knows of them, and what becomes of the rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.schema import CreateTable

from nakamise.plugin.context import Tenant
from nakamise.tenancy import lint, switches
from nakamise.tenancy.apply import migrate_schema
from nakamise.tenancy.history import plugin_history
from nakamise.tenancy.owner import owner_connection
from nakamise.testing.catalog import describe
from nakamise.testing.conformance.bench import Bench
from nakamise.testing.conformance.check import Tier, check
from nakamise.testing.tenants import tenant_with

_DIALECT: Final = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
_OF_OURS: Final = "c.relnamespace = $1::text::regnamespace AND c.relname = ANY ($2)"
_FAULTS: Final = {
    "has no primary key": f"SELECT c.relname::text FROM pg_class c WHERE {_OF_OURS} AND NOT EXISTS"
    " (SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')",
    "has a trigger": "SELECT DISTINCT c.relname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    f" WHERE {_OF_OURS} AND NOT t.tgisinternal",
    "refers to a table outside of the tenant's schema": "SELECT DISTINCT c.relname::text FROM pg_constraint k"
    " JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid"
    f" WHERE {_OF_OURS} AND k.contype = 'f' AND f.relnamespace <> c.relnamespace",
}
_COLUMNS: Final = (
    "SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)"
    " || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END"
    " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    f" WHERE {_OF_OURS} ORDER BY 1"
)


async def _column(connection: asyncpg.Connection, query: str, *arguments: object) -> list[Any]:
    return [row[0] for row in await connection.fetch(query, *arguments)]


@check(
    3,
    "tables",
    title="Tables are named `<id>_…`, have a primary key, no trigger and no reference out of the schema",
    why="A tenant's schema must move to another machine as a whole, and be told apart by plugin.",
    mend="Rename the table, add `PRIMARY KEY`, do the trigger's work in the statement, keep foreign data's ids as"
    " plain columns.",
)
async def tables(bench: Bench) -> Iterable[str]:
    house = await bench.house("left")
    async with owner_connection(bench.runtime.settings) as connection:
        own = await bench.own_tables(connection, house.tenant)
        faults = [
            f"{table} is not named {bench.plugin_id}_…"
            for table in own
            if not table.startswith(f"{bench.plugin_id}_")
        ]
        for fault, query in _FAULTS.items():
            faults += [
                f"{table} {fault}" for table in await _column(connection, query, house.tenant.schema, own)
            ]
    return faults


@check(
    4,
    "migrations",
    title="Migrations only add, apply to an empty schema, once, and make the tables of the models",
    why="What the code believes and what the database has must be the same for every tenant, old or new, and the"
    " old version serves while tenants are migrated one after another.",
    mend="Add the missing statement as a new migration file, or correct the models; never change a file that was"
    " shipped. See docs/how-to/write-a-migration.md.",
)
async def migrations(bench: Bench) -> Iterable[str]:
    house = await bench.house("left")
    async with owner_connection(bench.runtime.settings) as connection:
        own = await bench.own_tables(connection, house.tenant)
        return [
            *(
                f"{fault.migration}: {fault.why} {fault.mend}"
                for fault in lint.faults(plugin_history(bench.manifest))
            ),
            *await _applied_again(bench, connection, house.tenant),
            *await _drift(bench, connection, house.tenant, own),
            *await _comes_out_differently(bench, connection, house.tenant),
        ]


async def _applied_again(bench: Bench, connection: asyncpg.Connection, tenant: Tenant) -> list[str]:
    """A second run, as after a kill, must find nothing to do."""
    async with connection.transaction():
        applied = await migrate_schema(connection, tenant.schema, plugin_history(bench.manifest))
    return [f"{applied} migrations were applied twice"] if applied else []


async def _comes_out_differently(bench: Bench, connection: asyncpg.Connection, tenant: Tenant) -> list[str]:
    """A new tenant gets all tables by one script, an old one by file after file: the schemas must be equal."""
    late = await tenant_with(bench.runtime, bench.manifest.requires)
    await switches.enable(bench.runtime, late.id, bench.plugin_id)
    early, later = await describe(connection, tenant.schema), await describe(connection, late.schema)
    return [f"only when switched on later: {line}" for line in later if line not in early]


async def _drift(bench: Bench, connection: asyncpg.Connection, tenant: Tenant, own: list[str]) -> list[str]:
    metadata = bench.plugin.metadata
    modelled_tables = set(metadata.tables) if metadata is not None else set()
    if modelled_tables != set(own):
        both = sorted(modelled_tables ^ set(own))
        return [f"models and migrations differ in the tables {', '.join(both)}"]
    if metadata is None:
        return []
    modelled = await _modelled(connection, metadata, own)
    migrated = await _column(connection, _COLUMNS, tenant.schema, own)
    return [
        *(f"only the models have {line}" for line in modelled if line not in migrated),
        *(f"only the migrations have {line}" for line in migrated if line not in modelled),
    ]


async def _modelled(connection: asyncpg.Connection, metadata: Any, own: list[str]) -> list[str]:
    """The columns as the models would make them, in a schema that is undone."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("CREATE SCHEMA conformance; SET LOCAL search_path = conformance")
        for table in metadata.sorted_tables:
            await connection.execute(str(CreateTable(table).compile(dialect=_DIALECT)))
        return await _column(connection, _COLUMNS, "conformance", own)
    finally:
        await transaction.rollback()


@check(
    11,
    "switching",
    title="Off and on again keeps everything",
    why="A tenant tries things out; nobody expects a switch to delete.",
    mend="Delete nothing in `tenant_disabled`, and make `tenant_enabled` idempotent.",
    tier=Tier.SILVER,
)
async def switching(bench: Bench) -> Iterable[str]:
    house = await bench.house("switching")
    before = await contents(bench, house.tenant)
    await switches.disable(bench.runtime, house.tenant.id, bench.plugin_id)
    off = await contents(bench, house.tenant)
    await switches.enable(bench.runtime, house.tenant.id, bench.plugin_id)
    on = await contents(bench, house.tenant)
    return [
        *(f"switching off changed {table}" for table in before if off[table] != before[table]),
        *(f"switching on again changed {table}" for table in before if on[table] != off[table]),
    ]


async def contents(bench: Bench, tenant: Tenant) -> dict[str, list[str]]:
    """Every row of every table of the plugin, as text."""
    found = {}
    async with owner_connection(bench.runtime.settings) as connection:
        for table in await bench.own_tables(connection, tenant):
            sql = f'SELECT t::text FROM "{tenant.schema}"."{table}" t ORDER BY 1'
            found[table] = await _column(connection, sql)
    return found


@check(
    12,
    "erasing",
    title="A person can be forgotten",
    why="Who asks for it has a right to it (Act on the Protection of Personal Information, Art. 35; GDPR Art. 17).",
    mend="Give `Privacy(export, erase)` in the manifest, and delete or blank every row that names the person. What"
    ' must be kept by law belongs into `quality.toml`: `[exempt]` with `erasing = "why"`.',
    tier=Tier.SILVER,
)
async def erasing(bench: Bench) -> Iterable[str]:
    house = await bench.house("erasing")
    user_id, erase = house.admin.id, bench.plugin.erase
    named = await _naming(bench, house.tenant, str(user_id))
    if erase is None:
        return [f"{table} names persons, and the manifest has no `privacy`" for table in named]
    ctx = bench.ctx(house.tenant)
    async with ctx.begin() as tx:
        await erase(ctx, tx, user_id)
    return [f"{table} still names the person" for table in await _naming(bench, house.tenant, str(user_id))]


async def _naming(bench: Bench, tenant: Tenant, word: str) -> list[str]:
    found = await contents(bench, tenant)
    return [table for table, rows in found.items() if any(word in row for row in rows)]
