"""Whoever watches hears that somebody bought what is shown."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderPaid
from nakamise.plugin import Delivery, TenantCtx
from nakamise_livestream.broadcasts import room

# By the number that the host says. A name that was not said in this broadcast is nobody's business.
_SALES: Final = """
SELECT s.broadcast_id, (SELECT count(*)::int FROM livestream_product b WHERE b.broadcast_id = s.broadcast_id
           AND (b.position, b.product_id) <= (p.position, p.product_id)) AS number,
       coalesce((SELECT c.author_name FROM livestream_comment c
                 WHERE c.broadcast_id = s.broadcast_id AND c.user_id = $2 AND c.deleted_at IS NULL
                 ORDER BY c.said_at DESC LIMIT 1), '') AS name
FROM livestream_sale s JOIN livestream_product p USING (broadcast_id, product_id)
JOIN livestream_broadcast l ON l.id = s.broadcast_id AND l.state IN ('live', 'paused')
WHERE s.order_id = $1 AND s.reverted_at IS NULL
GROUP BY s.broadcast_id, p.position, p.product_id ORDER BY number LIMIT 3
"""


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    broadcast_id: uuid.UUID
    number: int
    name: str


class Bought(msgspec.Struct, frozen=True):
    """The event ``bought``. ``name`` "": somebody who said nothing here; ``number`` is the product's place."""

    name: str
    number: int


async def on_paid(ctx: TenantCtx, paid: OrderPaid, _delivery: Delivery) -> None:
    """Not before: an order that nobody pays is no purchase."""
    async with ctx.begin() as tx:
        for sale in await tx.all(Sale, _SALES, paid.order_id, paid.buyer_id):
            room.tell(ctx, tx, sale.broadcast_id, "bought", Bought(sale.name, sale.number))
