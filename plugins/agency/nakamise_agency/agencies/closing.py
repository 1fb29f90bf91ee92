"""An agency closed and opened again, a site handed to another agency: for the operator."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.contracts.control import AgencySummary, TenantDetail
from nakamise.errors import Conflict, Invalid
from nakamise.plugin import Ctx, requires
from nakamise.web import N_, read_form, see_other
from nakamise_agency.acting import acted
from nakamise_agency.agencies.pages import LIST, show_agency
from nakamise_agency.plane import plane
from nakamise_agency.rights import AGENCIES
from nakamise_agency.tenants.api import TAGS
from nakamise_agency.tenants.frame import path_of
from nakamise_agency.words import say, words

AnyRequest = Request[Any, Any, Any]


class CloseInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``with_tenants``: its sites are suspended too; else they go on."""

    reason: str = ""
    with_tenants: bool = False


class AssignInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    agency_id: uuid.UUID


@post("/agencies/{agency_id:uuid}/close", opt=requires(AGENCIES), include_in_schema=False)
async def close(request: AnyRequest, ctx: Ctx, agency_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, CloseInput)
    try:
        given = form.valid()
        await plane(ctx).close_agency(agency_id, given.reason, with_tenants=given.with_tenants)
    except (Invalid, Conflict) as refused:
        faults = refused.fields if isinstance(refused, Invalid) else {"reason": refused}
        errors = {name: say(ctx, fault) for name, fault in faults.items()}
        return await show_agency(ctx, agency_id, dict(form.raw), errors, status=refused.status, form="close")
    return see_other(ctx, f"{LIST}/{agency_id}", flash=words(ctx)(N_("The agency is closed.")), kind="warn")


@post("/agencies/{agency_id:uuid}/reopen", opt=requires(AGENCIES), include_in_schema=False)
async def reopen(ctx: Ctx, agency_id: FromPath[uuid.UUID]) -> Response[bytes]:
    said = words(ctx)(N_("The agency is open again."))
    return await acted(ctx, plane(ctx).reopen_agency(agency_id), f"{LIST}/{agency_id}", said)


@post("/tenants/{tenant_id:uuid}/assign", opt=requires(AGENCIES), include_in_schema=False)
async def assign(request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, AssignInput)
    try:
        await plane(ctx).assign_tenant(tenant_id, form.valid().agency_id)
    except (Invalid, Conflict) as refused:
        fault = next(iter(refused.fields.values()), refused) if isinstance(refused, Invalid) else refused
        return see_other(ctx, path_of(tenant_id), flash=say(ctx, fault), kind="danger")
    return see_other(
        ctx, path_of(tenant_id), flash=words(ctx)(N_("The site belongs to the other agency now."))
    )


@post(
    "/agencies/{agency_id:uuid}/close",
    opt=requires(AGENCIES),
    tags=TAGS,
    operation_id="agency_close_agency",
    status_code=200,
)
async def close_by_api(ctx: Ctx, agency_id: FromPath[uuid.UUID], data: JSONBody[CloseInput]) -> AgencySummary:
    """Its console answers nobody."""
    return await plane(ctx).close_agency(agency_id, data.reason, with_tenants=data.with_tenants)


@post(
    "/agencies/{agency_id:uuid}/reopen",
    opt=requires(AGENCIES),
    tags=TAGS,
    operation_id="agency_reopen_agency",
    status_code=200,
)
async def reopen_by_api(ctx: Ctx, agency_id: FromPath[uuid.UUID]) -> AgencySummary:
    """With the sites that were suspended by closing it."""
    return await plane(ctx).reopen_agency(agency_id)


@post(
    "/tenants/{tenant_id:uuid}/assign",
    opt=requires(AGENCIES),
    tags=TAGS,
    operation_id="agency_assign_tenant",
    status_code=200,
)
async def assign_by_api(
    ctx: Ctx, tenant_id: FromPath[uuid.UUID], data: JSONBody[AssignInput]
) -> TenantDetail:
    await plane(ctx).assign_tenant(tenant_id, data.agency_id)
    return await plane(ctx).tenant(tenant_id)


page_handlers: Final[list[ControllerRouterHandler]] = [close, reopen, assign]
api_handlers: Final[list[ControllerRouterHandler]] = [close_by_api, reopen_by_api, assign_by_api]
