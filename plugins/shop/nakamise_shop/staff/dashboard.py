"""The shop's box on the dashboard: real counts, all in a few queries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.ui.charts import zero_filled
from nakamise.ui.formats import month_day, short_date, yen
from nakamise_shop.orders.status import SOLD
from nakamise_shop.settings import ShopSettings
from nakamise_shop.staff import orders_repository
from nakamise_shop.staff.orders_schemas import StaffOrderFilter
from nakamise_shop.staff.shops_repository import shop_lines
from nakamise_shop.staff.text import ORDER_STATUS, PAYMENT_STATUS, SHOP_STATES, badges

DAYS: Final = 30
LATEST: Final = 5
PERMISSION: Final = "shop.dashboard"

# $1 the tenant's zone, $2 the first day. Only a constant is put into the text.
_BY_DAY: Final = f"""
SELECT (o.paid_at AT TIME ZONE $1)::date AS day, count(*)::int AS orders, sum(o.total)::bigint AS sales
FROM shop_order o
WHERE {SOLD} AND o.paid_at >= ($2::date)::timestamp AT TIME ZONE $1
GROUP BY 1
"""  # noqa: S608
# $1 what counts as low stock
_TODO: Final = """
SELECT (SELECT count(DISTINCT p.id) FROM shop_product p
        JOIN shop_variant v ON v.product_id = p.id AND v.state = 'active'
        JOIN shop_stock k ON k.variant_id = v.id
        WHERE p.state = 'published' AND k.on_hand - k.reserved < $1)::int AS low_stock,
       (SELECT count(*) FROM shop_product WHERE state = 'draft')::int AS drafts
"""


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What was sold on one day of the tenant."""

    day: date
    orders: int
    sales: int


class ToDo(msgspec.Struct, frozen=True, kw_only=True):
    """Products that need somebody: with a variant that runs out, or not published yet."""

    low_stock: int
    drafts: int


async def dashboard_context(ctx: TenantCtx, tx: Tx) -> Mapping[str, object] | None:
    """None for those who may not see it."""
    if not ctx.actor.can(PERMISSION):
        return None
    today = ctx.now().astimezone(ctx.tenant.zone).date()
    first = today - timedelta(days=DAYS - 1)
    days = {row.day: row for row in await tx.all(Day, _BY_DAY, ctx.tenant.timezone, first)}
    sales = [(day, int(value)) for day, value in zero_filled(_sales(days), first, today)]
    return {
        "today": days.get(today, Day(day=today, orders=0, sales=0)),
        "yesterday": days.get(today - timedelta(days=1)),
        "sales_30": sum(row.sales for row in days.values()),
        "orders_30": sum(row.orders for row in days.values()),
        "points": [(month_day(day, ctx.locale, ctx.tenant.timezone), value) for day, value in sales],
        "rows": _rows(ctx, sales),
        "spark": [value for _, value in sales[-7:]],
        "yen": _show_yen,
        "orders": await orders_repository.counts(tx, StaffOrderFilter(), ctx.tenant.zone),
        "todo": await tx.one(ToDo, _TODO, ctx.settings(ShopSettings).low_stock_from),
        "shops": await shop_lines(tx),
        "latest": await orders_repository.lines(tx, StaffOrderFilter(), ctx.tenant.zone, LATEST, 0),
        "shop_states": badges(ctx, SHOP_STATES),
        "order_status": badges(ctx, ORDER_STATUS),
        "pay_status": badges(ctx, PAYMENT_STATUS),
        "may": {name: ctx.actor.can(f"shop.{name}") for name in _LINKS},
    }


_LINKS: Final = ("orders.read", "products.read", "products.manage", "shops.manage")


def _sales(days: Mapping[date, Day]) -> dict[date, float]:
    return {day: row.sales for day, row in days.items()}


def _rows(ctx: TenantCtx, sales: list[tuple[date, int]]) -> list[tuple[str, str]]:
    """The chart's numbers, the newest first."""
    return [(short_date(day, ctx.locale, ctx.tenant.timezone), yen(value)) for day, value in reversed(sales)]


def _show_yen(value: float) -> str:
    return yen(round(value))
