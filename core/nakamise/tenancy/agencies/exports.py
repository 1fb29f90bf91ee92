"""Whole tenants as files, asked for in the console; ``tenancy.transfer`` does the work."""

from __future__ import annotations

import uuid

from nakamise.contracts.control import ExportFile
from nakamise.plugin.context import TenantCtx
from nakamise.tenancy.agencies.scope import Scope, find
from nakamise.tenancy.transfer import service
from nakamise.tenancy.transfer.service import Transfer


async def start(ctx: TenantCtx, scope: Scope, tenant_id: uuid.UUID) -> ExportFile:
    """Raises NotFound, Conflict."""
    await _check(ctx, scope, tenant_id)
    begun = await service.start_export(ctx.runtime, ctx.tenant, tenant_id, actor=scope.by.name)
    return _shown(ctx, begun)


async def exports(ctx: TenantCtx, scope: Scope, tenant_id: uuid.UUID) -> list[ExportFile]:
    """Those that this console asked for, the newest first. Raises NotFound."""
    await _check(ctx, scope, tenant_id)
    found = await service.transfers(ctx.runtime, tenant_id)
    return [_shown(ctx, one) for one in found if one.home_tenant_id == ctx.tenant.id]


async def _check(ctx: TenantCtx, scope: Scope, tenant_id: uuid.UUID) -> None:
    async with ctx.runtime.db.control(read_only=True) as tx:
        await find(tx, scope, tenant_id)


def _shown(ctx: TenantCtx, one: Transfer) -> ExportFile:
    return ExportFile(
        id=one.id,
        state=one.state,
        percent=100 * one.done // one.total if one.total else 0,
        size=one.size,
        created_at=one.created_at,
        expires_at=one.expires_at,
        url=service.download_path(ctx.runtime, ctx.tenant, one) if one.state == "done" else "",
    )
