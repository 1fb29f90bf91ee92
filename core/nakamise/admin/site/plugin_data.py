"""What a plugin keeps in a site: counted, exported, and erased for good while the plugin is off.

Erasing drops the plugin's tables and forgets that they were ever made, so that the plugin starts anew when it
is switched on again. Tables belong to a plugin by their prefix. Pictures in the storage stay; audit log and
history of settings tell the past and stay too.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plugin.context import TenantCtx
from nakamise.tenancy.control import announce, lock_tenant
from nakamise.tenancy.owner import as_tenant, owner_transaction
from nakamise.tenancy.transfer.tables import owner_of, quoted, tables_of
from nakamise.ui.i18n import N_

_SWITCH: Final = (
    "SELECT is_on, changed_at, settings FROM nakamise.plugin_switch WHERE tenant_id = $1 AND plugin = $2"
)
# Tables of others that point at one of these: dropping would take their rule away.
_POINTING: Final = """
SELECT DISTINCT t.relname::text FROM pg_constraint c
JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class target ON target.oid = c.confrelid
WHERE c.contype = 'f' AND c.connamespace = $1::regnamespace
AND target.relname = ANY ($2) AND NOT t.relname = ANY ($2) ORDER BY 1
"""
_FORGET_IN_TENANT: Final = (
    "DELETE FROM core_role_permission WHERE starts_with(permission, $1 || '.')",
    "DELETE FROM core_usage WHERE starts_with(meter, $1 || '.')",
)
_FORGET_SHARED: Final = (
    "DELETE FROM nakamise.job WHERE tenant_id = $1 AND starts_with(name, $2 || '.')",
    "DELETE FROM nakamise.migration_ledger WHERE tenant_id = $1 AND plugin = $2",
    "DELETE FROM nakamise.plugin_switch WHERE tenant_id = $1 AND plugin = $2",
)


class TableRows(msgspec.Struct, frozen=True):
    name: str
    rows: int


class PluginData(msgspec.Struct, frozen=True, kw_only=True):
    """``exported_at``: of the last export since the plugin was switched off, without which nothing is erased.

    ``pointing`` are tables of others that refer to these; while there are any, nothing is erased either.
    """

    plugin: str
    tables: list[TableRows]
    pointing: list[str]
    exported_at: datetime | None

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


async def data_of(ctx: TenantCtx, plugin_id: str) -> PluginData:
    """Raises NotFound for a plugin that never was on here, Conflict while it is on."""
    changed_at = await require_off(ctx, plugin_id)
    async with ctx.read() as tx:
        names = await table_names(ctx, tx, plugin_id)
        tables = [
            TableRows(name, await tx.value(f"SELECT count(*) FROM {quoted(name)}"))  # noqa: S608 - from the catalog
            for name in names
        ]
        return PluginData(
            plugin=plugin_id,
            tables=tables,
            pointing=await tx.values(_POINTING, tx.schema, names),
            exported_at=await _exported_at(tx, plugin_id, changed_at),
        )


async def require_off(ctx: TenantCtx, plugin_id: str) -> datetime:
    """When it was switched off. Raises NotFound, Conflict."""
    async with ctx.runtime.db.control(read_only=True) as tx:
        row = await tx.connection.fetchrow(_SWITCH, ctx.tenant.id, plugin_id)
    return _checked(row, plugin_id)


def _checked(row: asyncpg.Record | None, plugin_id: str) -> datetime:
    if row is None or plugin_id == "core":
        raise NotFound
    if row["is_on"]:
        raise Conflict(N_("Switch the plugin off before you erase its data."), code="plugin_on")
    changed_at: datetime = row["changed_at"]
    return changed_at


async def table_names(ctx: TenantCtx, tx: Tx, plugin_id: str) -> list[str]:
    """Of those that are there; the longest id that is a table's prefix owns it."""
    known = {manifest.id for manifest in ctx.runtime.host.usable}
    known |= {refused.id for refused in ctx.runtime.host.refused}
    known |= set(await tx.values("SELECT DISTINCT plugin FROM core_migration"))
    tables = await tables_of(tx.connection, ctx.tenant.schema)
    return [table.name for table in tables if owner_of(table.name, known | {plugin_id}) == plugin_id]


async def _exported_at(tx: Tx, plugin_id: str, since: datetime) -> datetime | None:
    found: datetime | None = await tx.value(
        "SELECT max(at) FROM core_audit WHERE act = 'core.plugin.exported' AND subject = $1 AND at >= $2",
        plugin_id,
        since,
    )
    return found


async def erase(ctx: TenantCtx, plugin_id: str, typed: str) -> PluginData:
    """Drop it all in one transaction; what was there. ``typed``: the plugin's id, typed by a person.

    Raises MfaRequired, Invalid for another ``typed``, NotFound, and Conflict: ``plugin_on``, ``export_first``,
    ``still_referenced``. Nothing has changed then.
    """
    ctx.require_mfa()
    if typed.strip() != plugin_id:
        raise Invalid({"confirm": FieldError(N_("Type %(plugin)s to confirm."), plugin=plugin_id)})
    async with owner_transaction(ctx.runtime.settings) as connection:
        await lock_tenant(connection, ctx.tenant.id)
        _checked(await connection.fetchrow(_SWITCH, ctx.tenant.id, plugin_id), plugin_id)
        found = await data_of(ctx, plugin_id)
        _require_erasable(found)
        await _drop(connection, ctx, [table.name for table in found.tables])
        await _forget(connection, ctx, plugin_id)
        await _note(connection, ctx, found)
    await ctx.runtime.directory.catch_up()
    return found


def _require_erasable(found: PluginData) -> None:
    if found.pointing:
        raise Conflict(
            N_("Other data refers to this plugin's data: %(tables)s"),
            code="still_referenced",
            params={"tables": ", ".join(found.pointing)},
        )
    if found.exported_at is None:
        raise Conflict(N_("Export the data first: what is erased cannot be had back."), code="export_first")


async def _drop(connection: asyncpg.Connection, ctx: TenantCtx, names: Iterable[str]) -> None:
    """Raises what PostgreSQL raises for an object of others that needs one of the tables."""
    schema = quoted(ctx.tenant.schema)
    if targets := ", ".join(f"{schema}.{quoted(name)}" for name in names):
        await connection.execute(f"DROP TABLE {targets}")


async def _forget(connection: asyncpg.Connection, ctx: TenantCtx, plugin_id: str) -> None:
    schema = quoted(ctx.tenant.schema)
    # Its own role may only read this table.
    await connection.execute(f"DELETE FROM {schema}.core_migration WHERE plugin = $1", plugin_id)  # noqa: S608 - quoted
    async with as_tenant(connection, ctx.tenant.schema) as tx:
        for statement in _FORGET_IN_TENANT:
            await tx.execute(statement, plugin_id)
    for statement in _FORGET_SHARED:
        await connection.execute(statement, ctx.tenant.id, plugin_id)


async def _note(connection: asyncpg.Connection, ctx: TenantCtx, found: PluginData) -> None:
    detail = {"tables": len(found.tables), "rows": found.rows}
    async with as_tenant(connection, ctx.tenant.schema) as tx:
        await ctx.audit(tx, "core.plugin.erased", found.plugin, **detail)
    await announce(
        connection,
        ctx.tenant.id,
        "plugin.erase",
        actor=_actor(ctx),
        detail={"plugin": found.plugin, **detail},
    )


def _actor(ctx: TenantCtx) -> str:
    user_id: uuid.UUID | None = ctx.actor.user_id
    return str(user_id or "system")
