"""The shop's part of the administrator's dashboard: figures, what waits, what a new shop needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from nakamise.contracts.payments import Payments
from nakamise.contracts.ui import Figure, Period, SetupStep, Todo
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_, zero_filled
from nakamise_shop import scope
from nakamise_shop.orders.status import SOLD
from nakamise_shop.settings import ShopSettings
from nakamise_shop.staff.orders import repository as orders_repository
from nakamise_shop.staff.orders.schemas import StaffOrderFilter

# $1 the tenant's zone, $2 the first day, $3 the day after the last, $4 shops of the staff or null. Only a constant is put into the text.
_BY_DAY: Final = f"""
SELECT (o.paid_at AT TIME ZONE $1)::date AS day, count(*)::int AS orders, sum(o.total)::bigint AS sales
FROM shop_order o
WHERE {SOLD} AND o.paid_at >= ($2::date)::timestamp AT TIME ZONE $1
  AND o.paid_at < ($3::date)::timestamp AT TIME ZONE $1 AND ($4::uuid[] IS NULL OR o.shop_id = ANY($4))
GROUP BY 1
"""  # noqa: S608
# $1 what counts as low stock, $2 shops of the staff or null
_STATE: Final = """
SELECT (SELECT count(DISTINCT p.id) FROM shop_product p
        JOIN shop_variant v ON v.product_id = p.id AND v.state = 'active'
        JOIN shop_stock k ON k.variant_id = v.id
        WHERE p.state = 'published' AND k.on_hand - k.reserved < $1
          AND ($2::uuid[] IS NULL OR p.shop_id = ANY($2)))::int AS low_stock,
       (SELECT count(*) FROM shop_product WHERE state = 'draft'
          AND ($2::uuid[] IS NULL OR shop_id = ANY($2)))::int AS drafts,
       (SELECT count(*) FROM shop_order o JOIN shop_purchase p ON p.id = o.purchase_id
        WHERE o.state = 'pending' AND p.state = 'pending' AND p.expires_at < now() - interval '15 minutes'
          AND ($2::uuid[] IS NULL OR o.shop_id = ANY($2)))::int AS overdue,
       EXISTS (SELECT 1 FROM shop_product WHERE state = 'published') AS has_product,
       EXISTS (SELECT 1 FROM shop_shop WHERE state = 'open') AS has_shop
"""


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What was sold on one day of the tenant."""

    day: date
    orders: int
    sales: int


class _State(msgspec.Struct, frozen=True, kw_only=True):
    low_stock: int
    drafts: int
    overdue: int
    has_product: bool
    has_shop: bool


async def days_of(ctx: TenantCtx, tx: Tx, period: Period) -> list[Day]:
    """Every day of ``period``, ascending, also those without a sale."""
    after = period.last + timedelta(days=1)
    own = await scope.shops_of(ctx, tx)
    found = await tx.all(Day, _BY_DAY, ctx.tenant.timezone, period.first, after, own)
    known = {row.day: row for row in found}
    days = zero_filled({}, period.first, period.last)
    return [known.get(day, Day(day=day, orders=0, sales=0)) for day, _ in days]


async def widget(ctx: TenantCtx, tx: Tx, period: Period) -> Sequence[Figure | Todo | SetupStep]:
    own = await scope.shops_of(ctx, tx)
    state = await tx.one(_State, _STATE, ctx.settings(ShopSettings).low_stock_from, own)
    orders = await orders_repository.counts(tx, StaffOrderFilter(), ctx.tenant.zone, own)
    now, before = await days_of(ctx, tx, period), await days_of(ctx, tx, period.before)
    return [*_figures(now, before), *_todos(orders, state), *_steps(ctx, state)]


def _figures(now: Sequence[Day], before: Sequence[Day]) -> list[Figure]:
    sales, sales_before = sum(day.sales for day in now), sum(day.sales for day in before)
    return [
        Figure(
            label=N_("Sales of the period"),
            value=sales,
            unit="money",
            previous=sales_before,
            series=[day.sales for day in now],
            icon="wallet",
        ),
        Figure(
            label=N_("Orders of the period"),
            value=sum(day.orders for day in now),
            previous=sum(day.orders for day in before),
            series=[day.orders for day in now],
            href="/admin/shop/orders",
            icon="receipt",
        ),
        # All days count, also those without a sale.
        Figure(
            label=N_("Sales a day (average of %(days)s days)"),
            value=sales // len(now),
            unit="money",
            previous=sales_before // len(before),
            icon="chart-line",
            params={"days": len(now)},
        ),
    ]


def _todos(orders: dict[str, int], state: _State) -> list[Todo]:
    waiting, working = orders.get("confirmed", 0), orders.get("processing", 0)
    path = "/admin/shop"
    return [
        Todo(
            label=N_("Orders to process"), count=waiting, href=f"{path}/orders?status=confirmed", level="warn"
        ),
        Todo(label=N_("Orders being processed"), count=working, href=f"{path}/orders?status=processing"),
        # They end by themselves within a minute, unless something of them cannot be given back.
        Todo(
            label=N_("Unpaid orders that could not be ended"),
            count=state.overdue,
            href=f"{path}/orders?status=pending",
            level="danger",
        ),
        Todo(label=N_("Low stock"), count=state.low_stock, href=f"{path}/products?low=1", level="warn"),
        Todo(label=N_("Drafts"), count=state.drafts, href=f"{path}/products?state=draft"),
    ]


def _steps(ctx: TenantCtx, state: _State) -> list[SetupStep]:
    payments = ctx.optional_service(Payments)
    can_pay = payments is not None and bool(payments.methods())
    path = "/admin/shop"
    return [
        SetupStep(
            label=N_("Complete the legal notice and open the shop"),
            is_done=state.has_shop,
            href=f"{path}/shops",
        ),
        SetupStep(label=N_("Choose how buyers pay"), is_done=can_pay, href="/admin/plugins"),
        SetupStep(label=N_("Publish the first product"), is_done=state.has_product, href=f"{path}/products"),
    ]
