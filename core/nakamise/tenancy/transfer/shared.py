"""The tenant's rows in the shared schema: which travel, and how."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any, Final, Literal

import asyncpg
import msgspec

from nakamise.tenancy.transfer.tables import Write, rows_in

# Every table with a column tenant_id. stays: it belongs to the installation, or is made anew by its rules
# (a domain is proved again). rebuilt: the import writes it from what it finds.
POLICY: Final[dict[str, Literal["travels", "rebuilt", "stays"]]] = {
    "tenant_host": "travels",
    "plugin_switch": "travels",
    "job": "travels",
    "control_audit": "travels",
    "migration_ledger": "rebuilt",
    "host_claim": "stays",
    "host_rest": "stays",
    "act_ticket": "stays",
    "transfer": "stays",
    # What it costs is agreed, counted and billed where it runs.
    "tenant_plan": "stays",
    "tenant_option": "stays",
    "share_rate": "stays",
    "usage_day": "stays",
    "invoice_line": "stays",
}
_JOB: Final = (
    "id",
    "name",
    "payload",
    "key",
    "once",
    "state",
    "run_at",
    "attempts",
    "last_error",
    "created_at",
)
_AUDIT: Final = ("id", "at", "actor", "act", "tenant_slug", "detail")
# Columns, and the rows in their order. Periodic tasks are made anew by the worker.
STREAMS: Final = {
    "job": (
        _JOB,
        f"SELECT {', '.join(_JOB)} FROM nakamise.job WHERE tenant_id = $1 AND every_s IS NULL ORDER BY seq",  # noqa: S608 - constants
    ),
    "control_audit": (
        _AUDIT,
        f"SELECT {', '.join(_AUDIT)} FROM nakamise.control_audit WHERE tenant_id = $1 ORDER BY id",  # noqa: S608 - constants
    ),
}
_TAKE_JOBS: Final = (
    "INSERT INTO nakamise.job (id, tenant_id, name, payload, key, once, state, run_at, attempts, last_error,"
    " created_at) SELECT id, $1, name, payload, key, once, state, run_at, attempts, last_error, created_at"
    " FROM pg_temp.incoming_job ORDER BY position ON CONFLICT DO NOTHING"
)
# Beside its original, a copy begins a history of its own.
_TAKE_AUDIT: Final = (
    "INSERT INTO nakamise.control_audit (id, at, actor, act, tenant_id, tenant_slug, agency_id, detail)"
    " SELECT i.id, i.at, i.actor, i.act, $1, i.tenant_slug, t.agency_id, i.detail"
    " FROM pg_temp.incoming_control_audit i, nakamise.tenant t WHERE t.id = $1 ON CONFLICT (id) DO NOTHING"
)


class Host(msgspec.Struct, frozen=True):
    host: str
    canonical: bool


class Switch(msgspec.Struct, frozen=True):
    plugin: str
    is_on: bool
    settings: dict[str, Any]
    settings_version: int


class TenantPart(msgspec.Struct, frozen=True, kw_only=True):
    """``tenant.json``."""

    id: uuid.UUID
    schema: str
    slug: str
    name: str
    state: str
    agency: str
    plan: str
    locale: str
    timezone: str
    currency: str
    brand: dict[str, Any]
    blueprint_sha256: str | None
    hosts: tuple[Host, ...]
    switches: tuple[Switch, ...]


async def read_tenant(connection: asyncpg.Connection, slug: str) -> TenantPart | None:
    row = await connection.fetchrow(
        "SELECT t.id, t.schema, t.slug, t.name, t.state, a.slug AS agency, t.plan, t.locale, t.timezone,"
        " t.currency, t.brand, t.blueprint_sha256"
        " FROM nakamise.tenant t JOIN nakamise.agency a ON a.id = t.agency_id WHERE t.slug = $1",
        slug,
    )
    if row is None:
        return None
    hosts = await connection.fetch(
        "SELECT host, canonical FROM nakamise.tenant_host WHERE tenant_id = $1 ORDER BY canonical DESC, host",
        row["id"],
    )
    switches = await connection.fetch(
        "SELECT plugin, is_on, settings, settings_version FROM nakamise.plugin_switch"
        " WHERE tenant_id = $1 ORDER BY plugin",
        row["id"],
    )
    whole = {**row, "hosts": [dict(one) for one in hosts], "switches": [dict(one) for one in switches]}
    return msgspec.convert(whole, TenantPart)


async def stream_out(connection: asyncpg.Connection, table: str, tenant_id: uuid.UUID, write: Write) -> int:
    return rows_in(await connection.copy_from_query(STREAMS[table][1], tenant_id, output=write))


async def stream_in(
    connection: asyncpg.Connection, table: str, tenant_id: uuid.UUID, source: AsyncIterator[bytes]
) -> int:
    """Rows that are here already, by id, stay as they are; the number of new ones."""
    columns = STREAMS[table][0]
    await connection.execute(
        f"CREATE TEMP TABLE incoming_{table} ON COMMIT DROP AS"  # noqa: S608 - constants
        f" SELECT {', '.join(columns)} FROM nakamise.{table} WITH NO DATA;"
        f"ALTER TABLE pg_temp.incoming_{table} ADD position bigint GENERATED ALWAYS AS IDENTITY"
    )
    await connection.copy_to_table(f"incoming_{table}", columns=list(columns), source=source)
    taken = await connection.execute(_TAKE_JOBS if table == "job" else _TAKE_AUDIT, tenant_id)
    return rows_in(taken)


async def write_switches(
    connection: asyncpg.Connection, tenant_id: uuid.UUID, switches: list[Switch]
) -> None:
    for switch in switches:
        await connection.execute(
            "INSERT INTO nakamise.plugin_switch"
            " (tenant_id, plugin, is_on, settings, settings_version, first_on_at)"
            " VALUES ($1, $2, $3, $4, $5, now())",
            tenant_id,
            switch.plugin,
            switch.is_on,
            switch.settings,
            switch.settings_version,
        )
