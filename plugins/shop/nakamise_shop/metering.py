"""What a plan can limit in the shop, and how much of it there is."""

from __future__ import annotations

from typing import Final

from nakamise.db import Tx
from nakamise.plugin import Meter, Span, TenantCtx
from nakamise.web import N_
from nakamise_shop.orders.status import KEPT

PRODUCTS: Final = "shop.products"
SHOPS: Final = "shop.shops"
SALES: Final = "shop.sales"

METERS: Final = (
    Meter(PRODUCTS, N_("Published products"), count="nakamise_shop.metering:count_products"),
    Meter(SHOPS, N_("Open shops"), count="nakamise_shop.metering:count_shops"),
    Meter(
        "shop.orders",
        N_("Orders"),
        period="month",
        count="nakamise_shop.metering:count_orders",
        taken=False,
    ),
    Meter(
        SALES,
        N_("Sales"),
        period="month",
        unit="yen",
        count="nakamise_shop.metering:sum_sales",
        taken=False,
    ),
)


async def count_products(_ctx: TenantCtx, tx: Tx, _span: Span | None) -> int:
    count: int = await tx.value("SELECT count(*) FROM shop_product WHERE state = 'published'")
    return count


async def count_shops(_ctx: TenantCtx, tx: Tx, _span: Span | None) -> int:
    count: int = await tx.value("SELECT count(*) FROM shop_shop WHERE state = 'open'")
    return count


async def count_orders(_ctx: TenantCtx, tx: Tx, span: Span | None) -> int:
    """Orders of ``span`` that stand, by the time of the order."""
    if span is None:
        return 0
    count: int = await tx.value(
        f"SELECT count(*) FROM shop_order o WHERE {KEPT} AND o.placed_at >= $1 AND o.placed_at < $2",  # noqa: S608
        span.start,
        span.end,
    )
    return count


async def sum_sales(_ctx: TenantCtx, tx: Tx, span: Span | None) -> int:
    """What the orders of ``span`` that stand came to, tax and shipping included."""
    if span is None:
        return 0
    total: int = await tx.value(
        f"SELECT coalesce(sum(o.total), 0)::bigint FROM shop_order o WHERE {KEPT}"  # noqa: S608 - a constant
        " AND o.placed_at >= $1 AND o.placed_at < $2",
        span.start,
        span.end,
    )
    return total
