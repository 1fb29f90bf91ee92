"""Orders past the return window are closed, and those of which nothing is left to send: nothing has to be done on them;
refunds stay possible."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import TenantCtx
from nakamise_shop.orders import timeline
from nakamise_shop.orders.timeline import Happened
from nakamise_shop.settings import ShopSettings

BATCH: Final = 500
# From the last parcel's arrival; staff that never say so: from its leaving. $1 days, $2 limit
_CLOSE: Final = """
UPDATE shop_order SET state = 'closed', closed_at = now(), version = version + 1
WHERE state IN ('paid', 'part_refunded') AND id IN (
    SELECT o.id FROM shop_order o
    WHERE o.state IN ('paid', 'part_refunded') AND o.fulfil_state IN ('shipped', 'delivered')
      AND o.paid_at < now() - $1 * interval '1 day'
      AND (SELECT max(coalesce(s.delivered_at, s.shipped_at)) FROM shop_shipment s WHERE s.order_id = o.id)
          < now() - $1 * interval '1 day'
    ORDER BY o.paid_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
# Every unit went back before it was sent, and something was kept. Reserved money of theirs has still to be taken. $1 limit
_CLOSE_EMPTY: Final = """
UPDATE shop_order SET state = 'closed', closed_at = now(), version = version + 1
WHERE state = 'part_refunded' AND id IN (
    SELECT o.id FROM shop_order o
    WHERE o.state = 'part_refunded' AND o.fulfil_state IN ('unfulfilled', 'processing')
      AND NOT EXISTS (SELECT 1 FROM shop_order_line l WHERE l.order_id = o.id AND l.refunded_qty < l.qty)
      AND NOT EXISTS (SELECT 1 FROM shop_purchase p WHERE p.id = o.purchase_id AND p.authorized_until IS NOT NULL)
    ORDER BY o.id LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""


async def close_due(ctx: TenantCtx) -> None:
    """Daily. What went back of a closed order, its refunds say."""
    await _close(ctx, _CLOSE, ctx.settings(ShopSettings).close_after_days)
    await _close(ctx, _CLOSE_EMPTY)


async def _close(ctx: TenantCtx, query: str, *args: object) -> None:
    while True:
        async with ctx.begin() as tx:
            closed = await tx.values(query, *args, BATCH)
            await timeline.note(ctx, tx, closed, Happened.CLOSED)
        if len(closed) < BATCH:
            return
