"""The catalogue of plans, for the operator: list, write, change, a new version."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.plans import CataloguePlan, PlanDraft
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, page, read_form, see_other
from nakamise_agency.agencies.plan_form import PlanForm, shown
from nakamise_agency.plane import plane
from nakamise_agency.rights import AGENCIES
from nakamise_agency.words import say, words

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/agency/catalogue"


@get("/catalogue", opt=requires(AGENCIES), include_in_schema=False)
async def catalogue(ctx: Ctx) -> Response[bytes]:
    plans = await plane(ctx).catalogue()
    titles = {one.plan.id: title_of(ctx, one.plan) for one in plans}
    return await page(ctx, "agency/catalogue.html", plans=plans, titles=titles)


@get("/catalogue/new", opt=requires(AGENCIES), include_in_schema=False)
async def new_plan(ctx: Ctx) -> Response[bytes]:
    await plane(ctx).catalogue()
    return await _show(ctx, None, {"is_offered": True, "rate": "0"}, {}, "new")


@get("/catalogue/{plan_id:str}", opt=requires(AGENCIES), include_in_schema=False)
async def edit_plan(ctx: Ctx, plan_id: FromPath[str]) -> Response[bytes]:
    found = await _plan(ctx, plan_id)
    return await _show(ctx, found, shown(found.plan), {}, "edit")


@get("/catalogue/{plan_id:str}/version", opt=requires(AGENCIES), include_in_schema=False)
async def new_version(ctx: Ctx, plan_id: FromPath[str]) -> Response[bytes]:
    found = await _plan(ctx, plan_id)
    return await _show(ctx, found, shown(found.plan) | {"id": next_id(plan_id)}, {}, "version")


def title_of(ctx: TenantCtx, plan: PlanDraft) -> str:
    """In the reader's language."""
    return plan.name if ctx.locale == "ja" else plan.name_en


def next_id(plan_id: str) -> str:
    """starter, starter_v2, starter_v3 …"""
    found = re.fullmatch(r"(.+)_v(\d+)", plan_id)
    return f"{found[1]}_v{int(found[2]) + 1}" if found else f"{plan_id}_v2"


async def _plan(ctx: TenantCtx, plan_id: str) -> CataloguePlan:
    """Raises NotFound, and Forbidden for who is no operator."""
    found = next((one for one in await plane(ctx).catalogue() if one.plan.id == plan_id), None)
    if found is None:
        raise NotFound
    return found


@post("/catalogue/new", opt=requires(AGENCIES), include_in_schema=False)
async def create_plan(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, PlanForm)
    try:
        draft = form.valid().draft()
        await _refuse_known(ctx, draft.id)
        await plane(ctx).save_plan(draft)
    except (Invalid, Conflict) as refused:
        return await _refused(ctx, None, dict(form.raw), refused, "new")
    return see_other(ctx, LIST, flash=words(ctx)(N_("The plan is saved.")))


async def _refuse_known(ctx: TenantCtx, plan_id: str) -> None:
    """Raises Invalid: a new plan must not change a known one."""
    if any(one.plan.id == plan_id for one in await plane(ctx).catalogue()):
        raise Invalid({"id": FieldError(N_("There is a plan with this id already."), domain="agency")})


@post("/catalogue/{plan_id:str}", opt=requires(AGENCIES), include_in_schema=False)
async def save_plan(request: AnyRequest, ctx: Ctx, plan_id: FromPath[str]) -> Response[bytes]:
    found = await _plan(ctx, plan_id)
    form = await read_form(request, PlanForm)
    try:
        await plane(ctx).save_plan(msgspec.structs.replace(form.valid().draft(), id=plan_id))
    except (Invalid, Conflict) as refused:
        return await _refused(ctx, found, dict(form.raw), refused, "edit")
    return see_other(ctx, LIST, flash=words(ctx)(N_("The plan is saved.")))


@post("/catalogue/{plan_id:str}/version", opt=requires(AGENCIES), include_in_schema=False)
async def save_version(request: AnyRequest, ctx: Ctx, plan_id: FromPath[str]) -> Response[bytes]:
    found = await _plan(ctx, plan_id)
    form = await read_form(request, PlanForm)
    try:
        await plane(ctx).replace_plan(plan_id, form.valid().draft())
    except (Invalid, Conflict) as refused:
        return await _refused(ctx, found, dict(form.raw), refused, "version")
    said = words(ctx)(N_("The new version is on offer. Sites on the old one keep it."))
    return see_other(ctx, LIST, flash=said)


async def _refused(
    ctx: TenantCtx, found: CataloguePlan | None, raw: dict[str, Any], refused: Invalid | Conflict, mode: str
) -> Response[bytes]:
    if isinstance(refused, Invalid):
        named = {"fee_bp": "rate"}
        errors = {named.get(name, name): say(ctx, fault) for name, fault in refused.fields.items()}
    else:
        errors = {"": say(ctx, refused)}
    return await _show(ctx, found, raw, errors, mode, status=refused.status)


async def _show(
    ctx: TenantCtx,
    found: CataloguePlan | None,
    raw: dict[str, Any],
    errors: dict[str, str],
    mode: str,
    *,
    status: int = 200,
) -> Response[bytes]:
    return await page(
        ctx,
        "agency/plan_form.html",
        status=status,
        found=found,
        title=title_of(ctx, found.plan) if found else "",
        raw=raw,
        errors=errors,
        mode=mode,
        is_fixed=mode == "edit" and found is not None and found.tenants > 0,
    )


route_handlers: Final[list[ControllerRouterHandler]] = [
    catalogue,
    new_plan,
    edit_plan,
    new_version,
    create_plan,
    save_plan,
    save_version,
]
