"""What the agency lets its sites do with their plans, and what sites that are gone were charged."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.types import ControllerRouterHandler

from nakamise.contracts.plans import PlanPolicy
from nakamise.errors import Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, page, read_form, see_other
from nakamise_agency.plane import plane
from nakamise_agency.rights import MANAGE, READ
from nakamise_agency.words import say, words

POLICY: Final = "/admin/agency/policy"


class PolicyForm(msgspec.Struct, kw_only=True):
    lets_tenants_choose_plans: bool = False
    contact: str = ""


@get("/policy", opt=requires(READ), include_in_schema=False)
async def policy(ctx: Ctx) -> Response[bytes]:
    return await _show(ctx, await plane(ctx).policy(), {})


@post("/policy", opt=requires(MANAGE), include_in_schema=False)
async def save_policy(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, PolicyForm)
    given = form.valid()
    wanted = PlanPolicy(lets_tenants_choose_plans=given.lets_tenants_choose_plans, contact=given.contact)
    try:
        await plane(ctx).set_policy(wanted)
    except Invalid as refused:
        faults = {name: say(ctx, fault) for name, fault in refused.fields.items()}
        return await _show(ctx, wanted, faults, status=refused.status)
    return see_other(ctx, POLICY, flash=words(ctx)(N_("Saved.")))


async def _show(
    ctx: TenantCtx, wanted: PlanPolicy, errors: dict[str, str], *, status: int = 200
) -> Response[bytes]:
    return await page(
        ctx,
        "agency/policy.html",
        status=status,
        policy=wanted,
        errors=errors,
        accounts=await plane(ctx).closed_accounts(),
        may_manage=ctx.actor.can(MANAGE),
    )


route_handlers: Final[list[ControllerRouterHandler]] = [policy, save_policy]
