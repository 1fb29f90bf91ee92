"""Paid orders for figures."""

from __future__ import annotations

import uuid

from nakamise.testing.fixtures import ClientFor
from tests.plugins.shop.stall import Stall, Till


async def sold(
    stall: Stall, client: ClientFor, goods: list[tuple[uuid.UUID, int]], paid_at: str
) -> uuid.UUID:
    """A paid purchase, and its first order; ``paid_at`` is a time of Tokyo."""
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, goods)
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    order_id = uuid.UUID(placed["orders"][0]["id"])
    async with stall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE shop_order SET paid_at = $2::text::timestamp AT TIME ZONE 'Asia/Tokyo' WHERE purchase_id = $1",
            uuid.UUID(placed["purchase_id"]),
            paid_at,
        )
        await tx.execute("UPDATE core_user SET created_at = '2026-01-01' WHERE id = $1", buyer.id)
    return order_id
