"""What broadcasts sold, for reports: the service ``contracts.live.LiveSales``."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from nakamise.contracts.live import AttributedSale, BroadcastAudience, LiveSales
from nakamise.db import Tx
from nakamise.plugin import TenantCtx

# Somebody of whom it is known that they put the product into the cart in that broadcast.
_CARTED: Final = """EXISTS (SELECT 1 FROM livestream_interest x
               WHERE x.broadcast_id = s.broadcast_id AND x.product_id = s.product_id AND x.visitor = s.visitor
                 AND x.adds > 0)"""
_SOLD: Final = f"""
SELECT s.order_id, s.broadcast_id, b.title, b.broadcaster_id, c.name AS broadcaster_name, s.product_id, s.quantity,
       s.amount, CASE WHEN {_CARTED} THEN encode(s.visitor, 'hex') END AS visitor
FROM livestream_sale s JOIN livestream_broadcast b ON b.id = s.broadcast_id
JOIN livestream_broadcaster c ON c.id = b.broadcaster_id
"""  # noqa: S608 - constants
_ORDER: Final = "ORDER BY s.placed_at, s.order_id, s.variant_id"
_SALES: Final = f"{_SOLD} WHERE s.placed_at >= $1 AND s.placed_at < $2 {_ORDER}"
_SALES_IN: Final = f"{_SOLD} WHERE s.broadcast_id = ANY($1) {_ORDER}"
# Each step is a part of the one before: who put something into the cart had tapped it, who tapped had watched, and of
# those who ordered only the people count who are among the former.
_AUDIENCE: Final = f"""
SELECT b.id AS broadcast_id, greatest(b.viewers_total, count(DISTINCT i.visitor))::int AS viewers,
       count(DISTINCT i.visitor)::int AS tapped,
       (count(DISTINCT i.visitor) FILTER (WHERE i.adds > 0))::int AS carted,
       (SELECT count(DISTINCT s.visitor)::int FROM livestream_sale s
        WHERE s.broadcast_id = b.id AND ($2::uuid IS NULL OR s.product_id = $2) AND {_CARTED}) AS ordered
FROM livestream_broadcast b
LEFT JOIN livestream_interest i ON i.broadcast_id = b.id AND ($2::uuid IS NULL OR i.product_id = $2)
WHERE b.id = ANY($1) GROUP BY b.id ORDER BY b.id
"""  # noqa: S608 - constants


class Reports(LiveSales):
    async def sales(self, tx: Tx, since: datetime, until: datetime) -> Sequence[AttributedSale]:
        return await tx.all(AttributedSale, _SALES, since, until)

    async def sales_in(self, tx: Tx, broadcast_ids: Sequence[uuid.UUID]) -> Sequence[AttributedSale]:
        return await tx.all(AttributedSale, _SALES_IN, list(broadcast_ids))

    async def audiences(
        self, tx: Tx, broadcast_ids: Sequence[uuid.UUID], product_id: uuid.UUID | None = None
    ) -> Sequence[BroadcastAudience]:
        return await tx.all(BroadcastAudience, _AUDIENCE, list(broadcast_ids), product_id)


def live_sales(_ctx: TenantCtx) -> Reports:
    """The factory that the manifest names."""
    return Reports()
