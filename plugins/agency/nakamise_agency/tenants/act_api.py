"""Acts on one site as JSON."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from litestar import get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.contracts.control import ExportFile, ImpersonationLink, TenantDetail
from nakamise.plugin import Ctx, requires
from nakamise_agency.plane import plane
from nakamise_agency.rights import DELETE, IMPERSONATE, MANAGE
from nakamise_agency.tenants.act_forms import DeleteInput, ImpersonateInput, ReasonInput
from nakamise_agency.tenants.api import TAGS


@post(
    "/tenants/{tenant_id:uuid}/suspend",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="agency_suspend_tenant",
    status_code=200,
)
async def suspend(ctx: Ctx, tenant_id: FromPath[uuid.UUID], data: JSONBody[ReasonInput]) -> TenantDetail:
    """Its pages answer 503 and its jobs wait."""
    await plane(ctx).suspend(tenant_id, data.reason)
    return await plane(ctx).tenant(tenant_id)


@post(
    "/tenants/{tenant_id:uuid}/resume",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="agency_resume_tenant",
    status_code=200,
)
async def resume(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> TenantDetail:
    await plane(ctx).resume(tenant_id)
    return await plane(ctx).tenant(tenant_id)


@post(
    "/tenants/{tenant_id:uuid}/impersonate",
    opt=requires(IMPERSONATE),
    tags=TAGS,
    operation_id="agency_impersonate",
    status_code=200,
)
async def impersonate(
    ctx: Ctx, tenant_id: FromPath[uuid.UUID], data: JSONBody[ImpersonateInput]
) -> ImpersonationLink:
    """The link works once, within 30 seconds."""
    return await plane(ctx).impersonate(tenant_id, reason=data.reason, role=data.role)


@post(
    "/tenants/{tenant_id:uuid}/delete",
    opt=requires(DELETE),
    tags=TAGS,
    operation_id="agency_delete_tenant",
    status_code=200,
)
async def delete(ctx: Ctx, tenant_id: FromPath[uuid.UUID], data: JSONBody[DeleteInput]) -> TenantDetail:
    """Out of reach at once, gone for good at ``purge_at``."""
    await plane(ctx).request_delete(tenant_id, confirm_slug=data.confirm_slug, reason=data.reason)
    return await plane(ctx).tenant(tenant_id)


@post(
    "/tenants/{tenant_id:uuid}/cancel-delete",
    opt=requires(DELETE),
    tags=TAGS,
    operation_id="agency_cancel_delete",
    status_code=200,
)
async def cancel_delete(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> TenantDetail:
    await plane(ctx).cancel_delete(tenant_id)
    return await plane(ctx).tenant(tenant_id)


@get("/tenants/{tenant_id:uuid}/exports", opt=requires(DELETE), tags=TAGS, operation_id="agency_list_exports")
async def list_exports(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Sequence[ExportFile]:
    """The newest first; ``url`` is on this host and soon expires."""
    return await plane(ctx).exports(tenant_id)


@post(
    "/tenants/{tenant_id:uuid}/exports",
    opt=requires(DELETE),
    tags=TAGS,
    operation_id="agency_start_export",
    status_code=202,
)
async def start_export(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> ExportFile:
    return await plane(ctx).start_export(tenant_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    suspend,
    resume,
    impersonate,
    delete,
    cancel_delete,
    list_exports,
    start_export,
]
