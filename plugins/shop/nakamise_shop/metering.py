"""What a plan can limit in the shop, and how much of it there is."""

from __future__ import annotations

from typing import Final

from nakamise.db import Tx
from nakamise.plugin import Meter, Span, TenantCtx
from nakamise_shop.orders.status import SOLD

PRODUCTS: Final = "shop.products"
SHOPS: Final = "shop.shops"

METERS: Final = (
    Meter(PRODUCTS, "Published products", count="nakamise_shop.metering:count_products"),
    Meter(SHOPS, "Open shops", count="nakamise_shop.metering:count_shops"),
    Meter(
        "shop.orders",
        "Orders",
        period="month",
        count="nakamise_shop.metering:count_orders",
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
    """Sold in ``span``, by the time of the order."""
    if span is None:
        return 0
    count: int = await tx.value(
        f"SELECT count(*) FROM shop_order o WHERE {SOLD} AND o.placed_at >= $1 AND o.placed_at < $2",  # noqa: S608
        span.start,
        span.end,
    )
    return count
