"""Orders of one buyer that left in one parcel."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderShipped
from nakamise.db import Tx

# Noted in one transaction, under one number: whatever becomes of the label, and whoever else uses the number again, be
# it another parcel of the same order. A line leaves once.
_PARCEL: Final = """
SELECT e.order_id, e.data -> 'lines' AS lines
FROM shop_order_event mine JOIN shop_order m ON m.id = mine.order_id
     JOIN shop_order o ON o.buyer_id = m.buyer_id AND o.shop_id = m.shop_id
     JOIN shop_order_event e ON e.order_id = o.id AND e.kind = 'shipped' AND e.at = mine.at
      AND e.data -> 'carrier' = mine.data -> 'carrier'
      AND e.data -> 'tracking_number' = mine.data -> 'tracking_number'
WHERE mine.order_id = $1 AND mine.kind = 'shipped' AND mine.data ->> 'carrier' = $2
  AND mine.data ->> 'tracking_number' = $3 AND mine.data -> 'lines' = to_jsonb($4::int[])
ORDER BY e.order_id
"""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """An order's part of a parcel, by the numbers of its lines."""

    order_id: uuid.UUID
    lines: tuple[int, ...]


async def parcel_of(tx: Tx, event: OrderShipped) -> list[Sent]:
    """The orders in the parcel of ``event``, at least its own; the one that was placed first leads."""
    mine = (event.order_id, event.carrier, event.tracking_number, list(event.line_numbers))
    found = await tx.all(Sent, _PARCEL, *mine)
    return found or [Sent(order_id=event.order_id, lines=event.line_numbers)]
