"""Which plan would have cost least last month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec

from nakamise.plans.catalogue import Plan
from nakamise.plans.measuring import Usage, month_span, over, today
from nakamise.plans.prices import priced
from nakamise.plans.terms import Terms
from nakamise.plugin.context import TenantCtx

SALES: Final = "shop.sales"


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """Yen with tax. ``best`` is another plan of the series, ``saves`` what it would have saved on ``sales``."""

    sales: int
    cost: int
    best: Plan
    saves: int


async def sales_of_last_month(ctx: TenantCtx) -> int | None:
    """None where nothing is on that sells."""
    sellers = [one for one in ctx.runtime.host.meters(ctx.tenant.plugins) if one.meter.id == SALES]
    count = sellers[0].count if sellers else None
    if count is None:
        return None
    last_month = month_span(ctx, today(ctx).replace(day=1) - timedelta(days=1))
    async with ctx.read() as tx:
        return await count(ctx, tx, last_month)


def cost(monthly_fee: int, fee_bp: int, sales: int) -> int:
    """A month's fee with tax, and the fee on payments."""
    return priced(monthly_fee).gross + sales * fee_bp // 10_000


def advise(own: Plan, terms: Terms, plans: Sequence[Plan], used: list[Usage], sales: int) -> Advice | None:
    """None when nothing that can be chosen, and holds what is in use, is cheaper. Of equals the larger plan."""
    if terms.monthly_fee is None:
        return None
    costs = [
        (cost(plan.monthly_fee, plan.fee_bp, sales), -plan.monthly_fee, plan)
        for plan in plans
        if plan.monthly_fee is not None and plan.series == own.series and _holds(plan, used)
    ]
    if not costs:
        return None
    least, _, best = min(costs, key=lambda entry: entry[:2])
    now = cost(terms.monthly_fee, terms.fee_bp, sales)
    if best.id == own.id or least > now:
        return None
    return Advice(sales=sales, cost=now, best=best, saves=now - least)


def _holds(plan: Plan, used: list[Usage]) -> bool:
    return not over(used, {usage.meter: plan.limit(usage.meter, {}) for usage in used})
