"""Options of a site's plan, and who shares in its sales."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict, Forbidden, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, read_form, see_other
from nakamise_agency.plan.inputs import OptionInput, ShareForm
from nakamise_agency.plan.pages import PLAN, show_plan
from nakamise_agency.plane import plane
from nakamise_agency.rights import MANAGE, READ
from nakamise_agency.tenants.frame import path_of, tenant_page
from nakamise_agency.words import SHARE_KINDS, choices, say, words

AnyRequest = Request[Any, Any, Any]
SHARES: Final = "/shares"


@post("/tenants/{tenant_id:uuid}/plan/options/{option:str}", opt=requires(MANAGE), include_in_schema=False)
async def set_option(
    request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID], option: FromPath[str]
) -> Response[bytes]:
    form = await read_form(request, OptionInput)
    try:
        await plane(ctx).set_option(tenant_id, option, form.valid().times)
    except (Invalid, Conflict) as refused:
        fault = next(iter(refused.fields.values()), refused) if isinstance(refused, Invalid) else refused
        return await show_plan(ctx, tenant_id, status=refused.status, error=say(ctx, fault))
    return see_other(ctx, path_of(tenant_id, PLAN), flash=words(ctx)(N_("The option is changed.")))


@get("/tenants/{tenant_id:uuid}/shares", opt=requires(READ), include_in_schema=False)
async def tenant_shares(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _show(ctx, tenant_id, {}, {})


@post("/tenants/{tenant_id:uuid}/shares", opt=requires(MANAGE), include_in_schema=False)
async def set_share(request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, ShareForm)
    try:
        given = form.valid()
        await plane(ctx).set_share(tenant_id, given.kind, given.rate_bp(), valid_from=given.start(ctx))
    except Invalid as refused:
        faults = {_FIELDS.get(name, name): say(ctx, fault) for name, fault in refused.fields.items()}
        return await _show(ctx, tenant_id, dict(form.raw), faults, status=refused.status)
    except Forbidden as refused:
        faults = {"kind": say(ctx, refused)}
        return await _show(ctx, tenant_id, dict(form.raw), faults, status=refused.status)
    return see_other(ctx, path_of(tenant_id, SHARES), flash=words(ctx)(N_("The share is set.")))


_FIELDS: Final = {"rate_bp": "rate", "valid_from": "day"}


async def _show(
    ctx: TenantCtx,
    tenant_id: uuid.UUID,
    raw: dict[str, Any],
    errors: dict[str, str],
    *,
    status: int = 200,
) -> Response[bytes]:
    control = plane(ctx)
    found = await control.tenant(tenant_id)
    is_operator = (await control.me()).is_operator
    lines = await control.shares(tenant_id)
    now: dict[str, int] = {line.kind: line.rate_bp for line in lines if line.is_now}
    kinds = choices(ctx, SHARE_KINDS)
    return await tenant_page(
        ctx,
        "agency/tenant_shares.html",
        SHARES,
        found,
        status=status,
        lines=lines,
        now=[(label, now.get(kind, 0)) for kind, label in kinds],
        rest=10_000 - now.get("platform", 0) - now.get("agency", 0),
        kind_names=dict(kinds),
        kinds=[one for one in kinds if is_operator or one[0] != "platform"],
        today=ctx.now().astimezone(ctx.tenant.zone).date(),
        raw=raw,
        errors=errors,
        may_manage=ctx.actor.can(MANAGE),
    )


route_handlers: Final[list[ControllerRouterHandler]] = [set_option, tenant_shares, set_share]
