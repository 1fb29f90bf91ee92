"""The plan of a site: what it holds, what is used, another one."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.errors import Conflict, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, read_form, see_other
from nakamise_agency.plane import plane
from nakamise_agency.rights import MANAGE, READ
from nakamise_agency.tenants.frame import path_of, tenant_page
from nakamise_agency.words import say, words

PLAN: Final = "/plan"


class PlanInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``plan``: an id of the catalogue."""

    plan: Annotated[str, Meta(min_length=1, max_length=60)]


@get("/tenants/{tenant_id:uuid}/plan", opt=requires(READ), include_in_schema=False)
async def tenant_plan(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await show_plan(ctx, tenant_id)


async def show_plan(
    ctx: TenantCtx, tenant_id: uuid.UUID, *, status: int = 200, error: str = ""
) -> Response[bytes]:
    control = plane(ctx)
    return await tenant_page(
        ctx,
        "agency/tenant_plan.html",
        PLAN,
        await control.tenant(tenant_id),
        status=status,
        sheet=await control.plan_sheet(tenant_id),
        error=error,
        may_manage=ctx.actor.can(MANAGE),
    )


@post("/tenants/{tenant_id:uuid}/plan", opt=requires(MANAGE), include_in_schema=False)
async def set_plan(
    request: Request[Any, Any, Any], ctx: Ctx, tenant_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    form = await read_form(request, PlanInput)
    try:
        await plane(ctx).set_plan(tenant_id, form.valid().plan)
    except (Invalid, Conflict) as refused:
        fault = next(iter(refused.fields.values()), refused) if isinstance(refused, Invalid) else refused
        return await show_plan(ctx, tenant_id, status=refused.status, error=say(ctx, fault))
    return see_other(ctx, path_of(tenant_id, PLAN), flash=words(ctx)(N_("The plan is changed.")))


route_handlers: Final[list[ControllerRouterHandler]] = [tenant_plan, set_plan]
