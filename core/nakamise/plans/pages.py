"""``/admin/plan``: the plan, what is used of it, what it costs, and how to get more."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.errors import Invalid, Problem
from nakamise.plans import advice, self_service, service, views
from nakamise.plans.api import MANAGE
from nakamise.plans.api import route_handlers as api_handlers
from nakamise.plans.prices import priced
from nakamise.plans.usage import PLAN_PAGE
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.routing.forms import read_form
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.pages import page, see_other
from nakamise.ui.sheets import BOM, csv_file, csv_text

# What is compared with a plan that nobody sells.
_FIRST_SERIES: Final = "suite"
AnyRequest = Request[Any, Any, Any]


class PlanForm(msgspec.Struct, kw_only=True):
    plan: str = ""


class OptionForm(msgspec.Struct, kw_only=True):
    times: Annotated[int, Meta(ge=0)] = 0


@get(PLAN_PAGE, opt=MANAGE, include_in_schema=False)
async def plan_page(ctx: Ctx) -> Response[bytes]:
    runtime, tenant_id = ctx.runtime, ctx.tenant.id
    has = await service.plan_of(runtime, tenant_id)
    used = await service.usage(runtime, tenant_id)
    plans = await service.list_plans(runtime)
    series = has.plan.series if has.plan.is_offered else _FIRST_SERIES
    sales = await advice.sales_of_last_month(ctx)
    return await page(
        ctx,
        "core/admin/plan.html",
        own=views.plan_card(ctx, has.plan, has.plan, used),
        terms=has.terms,
        agreed=None if has.terms.monthly_fee is None else priced(has.terms.monthly_fee),
        usage=[views.usage_row(ctx, one) for one in used],
        cards=[views.plan_card(ctx, plan, has.plan, used) for plan in plans if plan.series == series],
        options=[views.option_row(ctx, o, has.options.get(o.id, 0)) for o in has.plan.options],
        invoices=await service.invoices(runtime, tenant_id),
        policy=await service.policy_of(runtime, tenant_id),
        advice=None if sales is None else advice.advise(has.plan, has.terms, plans, used, sales),
    )


@post(PLAN_PAGE, opt=MANAGE, include_in_schema=False)
async def choose_plan(ctx: Ctx, request: AnyRequest) -> Response[bytes]:
    form = (await read_form(request, PlanForm)).valid()
    try:
        await self_service.choose_plan(ctx, form.plan)
    except Problem as problem:
        return _refused(ctx, problem)
    return see_other(ctx, PLAN_PAGE, flash=gettext_for(ctx.locale, "core")(N_("The plan is changed.")))


@post(f"{PLAN_PAGE}/options/{{option_id:str}}", opt=MANAGE, include_in_schema=False)
async def choose_option(ctx: Ctx, option_id: FromPath[str], request: AnyRequest) -> Response[bytes]:
    form = (await read_form(request, OptionForm)).valid()
    try:
        await self_service.choose_option(ctx, option_id, form.times)
    except Problem as problem:
        return _refused(ctx, problem)
    return see_other(ctx, PLAN_PAGE, flash=gettext_for(ctx.locale, "core")(N_("The option is changed.")))


def _refused(ctx: TenantCtx, problem: Problem) -> Response[bytes]:
    _ = gettext_for(ctx.locale, problem.domain)
    faults = problem.fields.values() if isinstance(problem, Invalid) else (problem,)
    said = " ".join(_(fault.message, **fault.params) for fault in faults)
    return see_other(ctx, PLAN_PAGE, flash=said, kind="danger")


@get(f"{PLAN_PAGE}/usage.csv", opt=MANAGE, include_in_schema=False)
async def usage_csv(ctx: Ctx) -> Response[bytes]:
    rows = [("day", "meter", "amount")]
    days = await self_service.recent_days(ctx)
    text = csv_text([*rows, *((str(one.day), one.meter, one.amount) for one in days)])
    return _download(text, "usage.csv")


@get(f"{PLAN_PAGE}/invoices.csv", opt=MANAGE, include_in_schema=False)
async def invoices_csv(ctx: Ctx) -> Response[bytes]:
    head = ("month", "from", "to", "item", "times", "amount_without_tax", "tax_percent")
    found = await service.invoices(ctx.runtime, ctx.tenant.id)
    lines = [
        (
            *(str(day) for day in (line.month, line.first_day, line.last_day)),
            *(line.name if ctx.locale == "ja" else line.name_en, line.times, line.amount, line.tax_bp // 100),
        )
        for invoice in found
        for line in invoice.lines
    ]
    return _download(csv_text([head, *lines]), "invoices.csv")


def _download(text: str, name: str) -> Response[bytes]:
    return csv_file(name, (BOM + text).encode())


route_handlers: Final[list[ControllerRouterHandler]] = [
    plan_page,
    choose_plan,
    choose_option,
    usage_csv,
    invoices_csv,
    *api_handlers,
]
