"""A tenant's plan in full for the console: what is used, what could be had, what was charged."""

from __future__ import annotations

import uuid

from nakamise.contracts.control import PlanOffer, PlanSheet, UsageLine
from nakamise.contracts.plans import ChargeLine, MonthCharge, OptionLine
from nakamise.plans import service, views
from nakamise.plans.catalogue import Plan, PlanOption
from nakamise.plans.invoice import Invoice
from nakamise.plans.measuring import Usage
from nakamise.plugin.context import TenantCtx
from nakamise.tenancy.agencies.scope import Scope, find


async def plan_sheet(ctx: TenantCtx, scope: Scope, tenant_id: uuid.UUID) -> PlanSheet:
    """In the words of ``ctx``. Raises NotFound."""
    runtime = ctx.runtime
    async with runtime.db.control(read_only=True) as tx:
        found = await find(tx, scope, tenant_id)
    has = await service.plan_of(runtime, tenant_id)
    # A closed tenant is not served, so what it uses cannot be measured.
    used = await service.usage(runtime, tenant_id) if found.state == "active" else []
    plans = await service.list_plans(runtime)
    return PlanSheet(
        plan=has.plan.title(ctx.locale),
        rate=views.percent(has.terms.fee_bp),
        monthly_fee=has.terms.monthly_fee,
        since=has.terms.valid_from,
        usage=tuple(_usage(ctx, one) for one in used),
        offers=tuple(_offer(ctx, plan, has.plan, used) for plan in plans),
        options=tuple(_option(ctx, one, has.options.get(one.id, 0)) for one in has.plan.options),
        charges=tuple(_charge(ctx, one) for one in await service.invoices(runtime, tenant_id)),
    )


def _usage(ctx: TenantCtx, usage: Usage) -> UsageLine:
    row = views.usage_row(ctx, usage)
    return UsageLine(
        label=row.label, used=row.used, most=row.most, percent=row.percent, is_month=row.is_month
    )


def _offer(ctx: TenantCtx, plan: Plan, own: Plan, used: list[Usage]) -> PlanOffer:
    card = views.plan_card(ctx, plan, own, used)
    return PlanOffer(
        id=card.id,
        title=card.title,
        net=card.price.net if card.price else None,
        gross=card.price.gross if card.price else None,
        rate=card.rate,
        points=card.points,
        is_own=card.is_own,
    )


def _option(ctx: TenantCtx, option: PlanOption, times: int) -> OptionLine:
    row = views.option_row(ctx, option, times)
    return OptionLine(
        id=row.id,
        title=row.title,
        net=row.price.net,
        gross=row.price.gross,
        times=row.times,
        most=row.most,
    )


def _charge(ctx: TenantCtx, invoice: Invoice) -> MonthCharge:
    lines = (
        ChargeLine(
            name=line.name if ctx.locale == "ja" else line.name_en,
            times=line.times,
            first_day=line.first_day,
            last_day=line.last_day,
            amount=line.amount,
        )
        for line in invoice.lines
    )
    return MonthCharge(month=invoice.month, lines=tuple(lines), net=invoice.net, gross=invoice.gross)
