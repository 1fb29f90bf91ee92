"""The end of a tenant: its files, its schema, its role, its rows. What was done to it stays in the audit."""

from __future__ import annotations

import uuid
from typing import Final

import asyncpg
import msgspec

from nakamise.errors import NotFound
from nakamise.ids import check_schema_name
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies.claims import REST_DAYS
from nakamise.tenancy.control import By, announce, lock_tenant
from nakamise.tenancy.owner import owner_transaction
from nakamise.tenancy.transfer.service import remove_export_files

# Making a tenant takes seconds; what is still "building" after this was cut short.
BUILDING_MAX_MINUTES: Final = 15
_DUE: Final = (
    "SELECT id FROM nakamise.tenant WHERE (state = 'deleting' AND purge_at <= now())"
    " OR (state = 'building' AND state_changed_at < now() - make_interval(mins => $1))"
)
_DOOMED: Final = (
    "SELECT t.schema, t.slug, t.state FROM nakamise.tenant t"
    " WHERE t.id = $1 AND (t.state = 'building' OR (t.state = 'deleting' AND t.purge_at <= now()))"
)


class _Doomed(msgspec.Struct, frozen=True):
    schema: str
    slug: str
    state: str


async def purge_due(runtime: Runtime) -> int:
    """How many tenants ended: those whose time has come, and those whose making was cut short."""
    async with runtime.db.control(read_only=True) as tx:
        due = await tx.values(_DUE, BUILDING_MAX_MINUTES)
    for tenant_id in due:
        await purge(runtime, tenant_id)
    return len(due)


async def purge(runtime: Runtime, tenant_id: uuid.UUID, *, actor: str | By = "system") -> None:
    """Raises NotFound unless it is being built, or deleted and due. What was cut short is done by the next try."""
    async with runtime.db.control(read_only=True) as tx:
        doomed = await tx.first(_Doomed, _DOOMED, tenant_id)
    if doomed is None:
        raise NotFound
    for key in await runtime.store.keys(doomed.schema):
        await runtime.store.delete(key)
    await remove_export_files(runtime, tenant_id)
    async with owner_transaction(runtime.settings) as connection:
        await lock_tenant(connection, tenant_id)
        if await connection.fetchval(f"{_DOOMED} FOR UPDATE", tenant_id) is None:
            raise NotFound
        await _remove(connection, tenant_id, doomed, actor)
    await runtime.directory.catch_up()


async def _remove(
    connection: asyncpg.Connection, tenant_id: uuid.UUID, doomed: _Doomed, actor: str | By
) -> None:
    if doomed.state == "deleting":
        await connection.execute(
            "INSERT INTO nakamise.host_rest (host, tenant_id, until)"
            " SELECT h.host, h.tenant_id, now() + make_interval(days => $2) FROM nakamise.tenant_host h"
            " WHERE h.tenant_id = $1"
            " ON CONFLICT (host) DO UPDATE SET tenant_id = excluded.tenant_id, until = excluded.until",
            *(tenant_id, REST_DAYS),
        )
    act = "tenant.purge" if doomed.state == "deleting" else "tenant.create_failed"
    await announce(connection, tenant_id, act, actor=actor, detail={"slug": doomed.slug})
    # The accounts stay, for as long as the law wants them: whose they were, and no person's name.
    await connection.execute(
        "UPDATE nakamise.invoice_line l SET tenant_slug = t.slug, agency_id = t.agency_id, actor = ''"
        " FROM nakamise.tenant t WHERE t.id = $1 AND l.tenant_id = t.id",
        tenant_id,
    )
    await connection.execute("DELETE FROM nakamise.tenant WHERE id = $1", tenant_id)
    name = check_schema_name(doomed.schema)
    await connection.execute(f'DROP SCHEMA "{name}" CASCADE; DROP OWNED BY "{name}"; DROP ROLE "{name}"')
