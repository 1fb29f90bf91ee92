"""The core's own row among the plugins' settings, changed in one transaction with what belongs to the change."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from nakamise.admin.site.settings import OWNER
from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin.context import TenantCtx
from nakamise.tenancy.control import announce, lock_tenant
from nakamise.tenancy.owner import as_tenant, owner_transaction


class Row(msgspec.Struct):
    """``stored`` is the JSON object as it is now; what ``change`` puts there is written at the end."""

    stored: dict[str, Any]
    locale: str
    connection: Any


@asynccontextmanager
async def changing(ctx: TenantCtx, act: str, **detail: object) -> AsyncIterator[Row]:
    """Nobody else changes this tenant meanwhile. ``detail`` goes to the control audit; no secrets."""
    async with owner_transaction(ctx.runtime.settings) as connection:
        await lock_tenant(connection, ctx.tenant.id)
        row = await _read(connection, ctx)
        yield row
        await _write(connection, ctx, row)
        await announce(
            connection, ctx.tenant.id, act, actor=str(ctx.actor.user_id or "system"), detail=dict(detail)
        )
    await ctx.runtime.directory.catch_up()


@asynccontextmanager
async def in_tenant(ctx: TenantCtx, row: Row) -> AsyncIterator[Tx]:
    """A part of the same transaction with the tenant's own rights."""
    async with as_tenant(row.connection, ctx.tenant.schema) as tx:
        yield tx


def version_of(stored: dict[str, Any]) -> str:
    """Equal for equal contents: what a form was filled from."""
    return hashlib.sha256(msgspec.json.encode(stored, order="deterministic")).hexdigest()[:16]


async def _read(connection: asyncpg.Connection, ctx: TenantCtx) -> Row:
    found = await connection.fetchrow(
        "SELECT t.locale, coalesce(s.settings, '{}') AS settings FROM nakamise.tenant t"
        " LEFT JOIN nakamise.plugin_switch s ON s.tenant_id = t.id AND s.plugin = $2 WHERE t.id = $1",
        ctx.tenant.id,
        OWNER,
    )
    if found is None:
        raise NotFound
    return Row(dict(found["settings"]), found["locale"], connection)


async def _write(connection: asyncpg.Connection, ctx: TenantCtx, row: Row) -> None:
    await connection.execute(
        "INSERT INTO nakamise.plugin_switch (tenant_id, plugin, settings) VALUES ($1, $2, $3)"
        " ON CONFLICT (tenant_id, plugin) DO UPDATE SET settings = excluded.settings, changed_at = now()",
        ctx.tenant.id,
        OWNER,
        row.stored,
    )
    await connection.execute(
        "UPDATE nakamise.tenant SET locale = $2 WHERE id = $1 AND locale <> $2", ctx.tenant.id, row.locale
    )
