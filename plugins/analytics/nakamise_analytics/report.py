"""A report: all of its figures from one snapshot."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Final

from nakamise.contracts.sales import Sales, SalesDay, SoldShare
from nakamise.errors import NotFound
from nakamise.money import allocate
from nakamise.plugin import TenantCtx
from nakamise_analytics.live import sold_live
from nakamise_analytics.periods import Wanted, before, is_running, period_of
from nakamise_analytics.schemas import Point, Report, Share

# Longer periods are drawn by month.
DAYS_DRAWN: Final = 92
PRODUCTS: Final = 20


async def report(ctx: TenantCtx, wanted: Wanted) -> Report:
    """Raises NotFound for a shop that is none."""
    period = period_of(wanted, today(ctx))
    compared = before(wanted, period)
    shop_id = _shop(wanted)
    async with ctx.snapshot() as tx:
        sales = ctx.service(Sales)
        sold = await sales.report(tx, period, compared, shop_id=shop_id, limit=PRODUCTS)
        steps = await sales.funnel(tx, period, shop_id=shop_id, limit=PRODUCTS)
        choices = await sales.shops(tx)
        # A broadcast may sell for several shops: it is only shown for all of them.
        broadcasts, broadcasters = await sold_live(ctx, tx, period) if sold.is_whole else ([], [])
    is_monthly = period.days > DAYS_DRAWN
    return Report(
        period=period,
        compared=compared,
        is_running=is_running(wanted, today(ctx)),
        timezone=ctx.tenant.timezone,
        at=ctx.now(),
        is_whole=sold.is_whole,
        choices=choices,
        totals=sold.totals,
        before=sold.before,
        per_day=sold.totals.sales // period.days,
        points=points(sold.days, is_monthly=is_monthly),
        is_monthly=is_monthly,
        days=sold.days,
        products=sold.products,
        categories=shares(sold.categories),
        shops=shares(sold.shops),
        funnel=steps,
        broadcasts=broadcasts,
        broadcasters=broadcasters,
    )


def today(ctx: TenantCtx) -> date:
    return ctx.now().astimezone(ctx.tenant.zone).date()


def _shop(wanted: Wanted) -> uuid.UUID | None:
    try:
        return uuid.UUID(wanted.shop) if wanted.shop else None
    except ValueError as unknown:
        raise NotFound from unknown


def shares(rows: Sequence[SoldShare]) -> list[Share]:
    """Tenths of a percent by largest remainder, so that they add up to 100.0 % whatever the amounts."""
    amounts = [row.sales for row in rows]
    parts = allocate(1000, amounts) if sum(amounts) else (0,) * len(rows)
    return [
        Share(id=row.id, name=row.name, units=row.units, sales=row.sales, permille=part)
        for row, part in zip(rows, parts, strict=True)
    ]


def points(days: Sequence[SalesDay], *, is_monthly: bool) -> list[Point]:
    """Ascending, every day or every month of the period, also those without a sale."""
    groups: dict[date, list[SalesDay]] = {}
    for day in days:
        groups.setdefault(day.day.replace(day=1) if is_monthly else day.day, []).append(day)
    return [
        Point(
            day=first,
            orders=sum(day.orders for day in of),
            sales=sum(day.sales for day in of),
            users=sum(day.users for day in of),
        )
        for first, of in groups.items()
    ]
