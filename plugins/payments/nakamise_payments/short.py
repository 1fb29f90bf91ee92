"""Where less was taken of a purchase at its provider than was to be: what is still here for each of its orders."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderQuery, Orders, OrderView
from nakamise.db import Tx
from nakamise.money import allocate
from nakamise_payments.repository import SHORT

# The payment that counts, if somebody took less of it; refunds and lost disputes are in ``reversed``, too.
_TAKEN: Final = (
    "SELECT c.amount, c.amount - c.reversed AS remaining FROM payments_op c WHERE c.subject = $1"
    " AND c.kind = 'charge' AND NOT c.extra AND c.state = 'succeeded' AND EXISTS (SELECT 1 FROM payments_op r"
    " WHERE r.parent_id = c.id AND r.kind = 'release' AND r.reason = $2)"
)
_TOGETHER: Final = "SELECT order_id FROM payments_sale WHERE subject = $1 ORDER BY order_id"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """``amount`` of the whole purchase as it was sold, ``remaining`` of what was taken of that."""

    amount: int
    remaining: int


def is_over(order: OrderView) -> bool:
    """Refunded without a refund: it was cancelled. With refunds, something may have been kept back."""
    return order.state in ("cancelled", "expired") or (order.state == "refunded" and not order.refunds)


def nominal(order: OrderView) -> int:
    """What the buyer paid for what did not go back, if all of it was taken."""
    return 0 if is_over(order) else order.charge - sum(refund.cash for refund in order.refunds)


async def together(tx: Tx, order_id: uuid.UUID) -> list[uuid.UUID]:
    """The orders whose shares follow from each other: of a purchase that was taken short all, else the one."""
    subject = await tx.value("SELECT subject FROM payments_sale WHERE order_id = $1", order_id)
    if subject is None or await _taken(tx, subject) is None:
        return [order_id]
    return await tx.values(_TOGETHER, subject)


async def is_short(tx: Tx, subject: uuid.UUID) -> bool:
    """Whether less was taken of this purchase than was to be."""
    return await _taken(tx, subject) is not None


async def kept(orders: Orders, tx: Tx, subject: uuid.UUID, order: OrderView) -> int:
    """What of ``order`` is still here: its ``nominal`` amount, or its part of what was really taken. ``orders`` must find
    those of all shops: the parts depend on each other."""
    taken = await _taken(tx, subject)
    if taken is None:
        return nominal(order)
    ids: list[uuid.UUID] = await tx.values(_TOGETHER, subject)
    found = await orders.find(tx, OrderQuery(ids=tuple(ids)), limit=len(ids)) if ids else []
    views = {one.id: one for one in (*found, order)}
    known = sorted(views)
    # Orders whose sale was not written yet count with all that they cost.
    unknown = max(0, taken.amount - sum(one.charge for one in views.values()))
    weights = [*(max(0, nominal(views[one])) for one in known), unknown]
    parts = allocate(max(0, min(taken.remaining, sum(weights))), weights)
    return parts[known.index(order.id)]


async def _taken(tx: Tx, subject: uuid.UUID) -> Taken | None:
    return await tx.first(Taken, _TAKEN, subject, SHORT)
