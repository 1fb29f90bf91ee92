"""Pieces at a sale's price: taken in the order's transaction by conditional writes, given back once.

Rows are locked in one order everywhere: items by id, each with its person.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

import msgspec

from nakamise.contracts.checkout import OrderDraft, OrderRef
from nakamise.contracts.pricing import QuotedLine
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.web import N_
from nakamise_timesale.words import DOMAIN

_ITEM: Final = """
UPDATE timesale_item i SET sold = i.sold + $2 FROM timesale_sale s
WHERE i.id = $1 AND s.id = i.sale_id AND s.archived_at IS NULL AND s.starts_at <= $3
  AND (s.stopped_at IS NULL OR $3 < s.stopped_at)
  AND (s.ends_at IS NULL OR $3 < date_trunc('second', s.ends_at) + interval '1 second')
  AND (i.quantity IS NULL OR i.sold + $2 <= i.quantity)
RETURNING s.per_person IS NOT NULL AS is_limited, coalesce(s.per_person, 0) AS per_person
"""
_PERSON: Final = """
INSERT INTO timesale_person AS p (item_id, user_id, taken)
SELECT $1, $2, $3 WHERE $4::int IS NULL OR $3 <= $4
ON CONFLICT (item_id, user_id) DO UPDATE SET taken = p.taken + excluded.taken
WHERE $4::int IS NULL OR p.taken + excluded.taken <= $4
"""
# An order that was given up and paid late takes its pieces once more.
_NOTE: Final = """
INSERT INTO timesale_taken AS t (order_id, item_id, user_id, quantity, amount, saved, at)
VALUES ($1, $2, $3, $4, $5, $6, now())
ON CONFLICT (order_id, item_id) DO UPDATE SET quantity = excluded.quantity, user_id = excluded.user_id,
    amount = excluded.amount, saved = excluded.saved, at = excluded.at, reverted_at = NULL
WHERE t.reverted_at IS NOT NULL
"""
_REVERT: Final = """
UPDATE timesale_taken SET reverted_at = now() WHERE order_id = $1 AND reverted_at IS NULL
RETURNING item_id, user_id, quantity
"""


class _Taken(msgspec.Struct, frozen=True):
    is_limited: bool
    per_person: int


class _Pieces(msgspec.Struct, frozen=True):
    """Of one item in one order; ``amount`` before coupons, ``saved`` less than at the list price."""

    quantity: int = 0
    amount: int = 0
    saved: int = 0

    def and_line(self, line: QuotedLine, saved: int) -> _Pieces:
        return _Pieces(self.quantity + line.qty, self.amount + line.subtotal, self.saved + saved)


class _Gone(msgspec.Struct, frozen=True):
    item_id: uuid.UUID
    user_id: uuid.UUID | None
    quantity: int


async def take(tx: Tx, order: OrderDraft) -> None:
    """What the sales lowered in ``order``. Raises Conflict when there is not as much left for this buyer."""
    wanted = _wanted(order)
    for item_id, order_id in sorted(wanted):
        pieces = wanted[item_id, order_id]
        taken = await tx.first(_Taken, _ITEM, item_id, pieces.quantity, order.quote.priced_at)
        if taken is None:
            message = N_("The sale is over, or its last pieces have just been sold. Please check your cart.")
            raise Conflict(message, code="sale_gone", domain=DOMAIN)
        most = taken.per_person if taken.is_limited else None
        message = N_("You have bought as many at the sale's price as one person may.")
        often = Conflict(message, code="sale_limit", domain=DOMAIN)
        await tx.must_touch_one(often, _PERSON, item_id, order.buyer_id, pieces.quantity, most)
        twice = Conflict(
            N_("This order has its pieces of the sale already."), code="sale_twice", domain=DOMAIN
        )
        row = (order_id, item_id, order.buyer_id, *msgspec.structs.astuple(pieces))
        await tx.must_touch_one(twice, _NOTE, *row)


def _wanted(order: OrderDraft) -> Mapping[tuple[uuid.UUID, uuid.UUID], _Pieces]:
    """By (item, order)."""
    of_line = {
        line.line_id: (ref.id, line)
        for ref, shop in zip(order.orders, order.quote.shops, strict=True)
        for line in shop.lines
    }
    found: dict[tuple[uuid.UUID, uuid.UUID], _Pieces] = {}
    for one in order.quote.applied:
        if one.plugin_id == DOMAIN and one.taken and one.adjustment.line_id is not None:
            order_id, line = of_line[one.adjustment.line_id]
            key = uuid.UUID(one.adjustment.code), order_id
            found[key] = found.get(key, _Pieces()).and_line(line, one.taken)
    return found


async def give_back(tx: Tx, order: OrderRef) -> None:
    """The order is given up: its pieces can be sold at the price again. Once."""
    gone = await tx.all(_Gone, _REVERT, order.id)
    for one in sorted(gone, key=lambda found: found.item_id):
        await tx.execute("UPDATE timesale_item SET sold = sold - $2 WHERE id = $1", one.item_id, one.quantity)
        await tx.execute(
            "UPDATE timesale_person SET taken = taken - $3 WHERE item_id = $1 AND user_id = $2",
            *(one.item_id, one.user_id, one.quantity),
        )
