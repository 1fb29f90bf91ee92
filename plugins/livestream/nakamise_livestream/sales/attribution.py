"""Which broadcast brought an order: the last one in which the buyer put the product into the cart.

Written in the order's transaction, line by line, once; taken back when the order expires or is cancelled.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from nakamise.contracts.checkout import OrderDraft, OrderRef
from nakamise.contracts.pricing import QuotedLine
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.sales import visitor
from nakamise_livestream.settings import LivestreamSettings

_NOTE: Final = """
INSERT INTO livestream_sale (order_id, variant_id, product_id, broadcast_id, quantity, amount, placed_at, visitor)
SELECT $1, $2, $3, i.broadcast_id, $4, $5, $6, i.visitor FROM livestream_interest i
WHERE i.visitor = ANY($7::bytea[]) AND i.product_id = $3 AND i.added_at > $8
ORDER BY i.added_at DESC, i.id DESC LIMIT 1
ON CONFLICT (order_id, variant_id) DO NOTHING
"""
_REVERT: Final = "UPDATE livestream_sale SET reverted_at = $2 WHERE order_id = $1 AND reverted_at IS NULL"


async def note(ctx: TenantCtx, tx: Tx, draft: OrderDraft) -> None:
    """For every line of the purchase; lines that no broadcast brought leave nothing."""
    who = visitor.known(ctx)
    if not who:
        return
    since = ctx.now() - timedelta(hours=ctx.settings(LivestreamSettings).attribution_hours)
    rows: list[tuple[object, ...]] = [
        (*_values(order, line), ctx.now(), who, since)
        for order, shop in zip(draft.orders, draft.quote.shops, strict=True)
        for line in shop.lines
    ]
    await tx.execute_many(_NOTE, rows)


def _values(order: OrderRef, line: QuotedLine) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID, int, int]:
    return (order.id, uuid.UUID(line.variant_id), uuid.UUID(line.product_id), line.qty, line.net)


async def take_back(ctx: TenantCtx, tx: Tx, order: OrderRef) -> None:
    """The same again changes nothing."""
    await tx.execute(_REVERT, order.id, ctx.now())
