"""Acts on one site: suspend, resume, open as its staff, delete, and back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, Form, read_form, see_other
from nakamise_agency.acting import acted
from nakamise_agency.plane import plane
from nakamise_agency.rights import DELETE, IMPERSONATE, MANAGE
from nakamise_agency.tenants.act_forms import DeleteInput, ImpersonateInput, ReasonInput
from nakamise_agency.tenants.detail_pages import show
from nakamise_agency.tenants.frame import path_of, tenant_page
from nakamise_agency.words import say, words

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T", bound=msgspec.Struct)


@post("/tenants/{tenant_id:uuid}/suspend", opt=requires(MANAGE), include_in_schema=False)
async def suspend(request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, ReasonInput)
    try:
        await plane(ctx).suspend(tenant_id, form.valid().reason)
    except (Invalid, Conflict) as refused:
        return await _refused(ctx, tenant_id, "suspend", form, refused)
    return see_other(ctx, path_of(tenant_id), flash=words(ctx)(N_("The site is suspended.")))


@post("/tenants/{tenant_id:uuid}/resume", opt=requires(MANAGE), include_in_schema=False)
async def resume(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    said = words(ctx)(N_("The site is open again."))
    return await acted(ctx, plane(ctx).resume(tenant_id), path_of(tenant_id), said)


@post("/tenants/{tenant_id:uuid}/impersonate", opt=requires(IMPERSONATE), include_in_schema=False)
async def impersonate(request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, ImpersonateInput)
    try:
        given = form.valid()
        link = await plane(ctx).impersonate(tenant_id, reason=given.reason, role=given.role)
    except (Invalid, Conflict) as refused:
        return await _refused(ctx, tenant_id, "impersonate", form, refused)
    found = await plane(ctx).tenant(tenant_id)
    answer = await tenant_page(ctx, "agency/tenant_door.html", "", found, link=link, reason=given.reason)
    answer.headers["cache-control"] = "no-store"
    return answer


@post("/tenants/{tenant_id:uuid}/delete", opt=requires(DELETE), include_in_schema=False)
async def delete(request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, DeleteInput)
    try:
        given = form.valid()
        await plane(ctx).request_delete(tenant_id, confirm_slug=given.confirm_slug, reason=given.reason)
    except (Invalid, Conflict) as refused:
        return await _refused(ctx, tenant_id, "delete", form, refused)
    said = words(ctx)(N_("The site is out of reach. Until the day shown here you can take this back."))
    return see_other(ctx, path_of(tenant_id), flash=said, kind="warn")


@post("/tenants/{tenant_id:uuid}/cancel-delete", opt=requires(DELETE), include_in_schema=False)
async def cancel_delete(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    said = words(ctx)(N_("The site is kept. It is suspended until you resume it."))
    return await acted(ctx, plane(ctx).cancel_delete(tenant_id), path_of(tenant_id), said)


async def _refused(
    ctx: TenantCtx, tenant_id: uuid.UUID, act: str, form: Form[T], refused: Invalid | Conflict
) -> Response[bytes]:
    """The site's page with the act's form open as it was."""
    faults: Mapping[str, FieldError | Conflict] = (
        refused.fields if isinstance(refused, Invalid) else {"reason": refused}
    )
    return await show(
        ctx,
        tenant_id,
        status=refused.status,
        refused=act,
        errors={name: say(ctx, fault) for name, fault in faults.items()},
        typed=dict(form.raw),
    )


route_handlers: Final[list[ControllerRouterHandler]] = [
    suspend,
    resume,
    impersonate,
    delete,
    cancel_delete,
]
