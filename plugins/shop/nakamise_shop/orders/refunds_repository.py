"""SQL of refunds: conditional updates, whose constraints never let more go back than was paid."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderRefund, RefundOrder
from nakamise.contracts.pricing import ShopQuote
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise_shop.domain.order_state import LineState, OrderState
from nakamise_shop.orders.schemas import OrderHead

UNSENT: Final = frozenset({LineState.UNFULFILLED, LineState.PROCESSING})
_ROW: Final = """
SELECT r.id, r.order_id, r.at, r.shipping, r.cash, r.tender, r.deduction, r.postage, r.reason, r.is_last, r.untaken,
       ARRAY(SELECT jsonb_build_array(l.line_no, l.qty, l.cash + l.tender) FROM shop_refund_line l
             WHERE l.refund_id = r.id ORDER BY l.line_no) AS lines,
       ARRAY(SELECT l.restock FROM shop_refund_line l WHERE l.refund_id = r.id ORDER BY l.line_no) AS restock
FROM shop_refund r
"""
_GONE: Final = "$2 AND refunded_cash + $3 = charge AND refunded_points + $4 = points"


class RefundedOrder(OrderHead, frozen=True, kw_only=True):
    """The order as a refund needs it, under its lock."""

    state: OrderState
    quote: ShopQuote
    shipping: int
    shipping_refunded: bool
    charge: int
    refunded_cash: int


class RefundedOrderLine(msgspec.Struct, frozen=True, kw_only=True):
    line_no: int
    variant_id: uuid.UUID
    name: str
    qty: int
    refunded_qty: int
    fulfil_state: LineState


class RefundRow(msgspec.Struct, frozen=True, kw_only=True):
    """A refund as it was written; ``lines`` as in ``OrderRefund``, ``restock`` in the same order."""

    id: uuid.UUID
    order_id: uuid.UUID
    at: datetime
    shipping: int
    cash: int
    tender: int
    deduction: int
    postage: int
    reason: str
    is_last: bool
    untaken: int
    lines: list[tuple[int, int, int]]
    restock: list[int]

    def as_refund(self) -> OrderRefund:
        return OrderRefund(
            id=self.id, at=self.at, lines=tuple(self.lines), shipping=self.shipping,
            cash=self.cash, tender=self.tender, deduction=self.deduction, reason=self.reason,
            postage=self.postage, untaken=self.untaken,
        )  # fmt: skip

    def is_same(self, order_id: uuid.UUID, wanted: RefundOrder) -> bool:
        """Whether it is what is asked now, which its caller asked before."""
        asked = {(line.line_no, line.qty, line.restock) for line in wanted.lines}
        mine = {(no, qty, back) for (no, qty, _), back in zip(self.lines, self.restock, strict=True)}
        said = (wanted.reason, wanted.deduction, wanted.postage) == (
            self.reason,
            self.deduction,
            self.postage,
        )
        return self.order_id == order_id and asked == mine and said


async def purchase_of(tx: Tx, order_id: uuid.UUID) -> uuid.UUID | None:
    found: uuid.UUID | None = await tx.value("SELECT purchase_id FROM shop_order WHERE id = $1", order_id)
    return found


async def lock_order(tx: Tx, order_id: uuid.UUID) -> RefundedOrder | None:
    return await tx.first(
        RefundedOrder,
        "SELECT id, purchase_id, shop_id, number, buyer_id, currency, total, state, quote, shipping,"
        " shipping_refunded, charge, refunded_cash FROM shop_order WHERE id = $1 FOR UPDATE",
        order_id,
    )


async def lock_lines(tx: Tx, order_id: uuid.UUID) -> list[RefundedOrderLine]:
    return await tx.all(
        RefundedOrderLine,
        "SELECT line_no, variant_id, name, qty, refunded_qty, fulfil_state FROM shop_order_line"
        " WHERE order_id = $1 ORDER BY line_no FOR UPDATE",
        order_id,
    )


async def by_idem(tx: Tx, idem: uuid.UUID) -> RefundRow | None:
    return await tx.first(RefundRow, f"{_ROW} WHERE r.idem = $1", idem)


async def refunds_of(tx: Tx, order_ids: Sequence[uuid.UUID]) -> list[RefundRow]:
    """The oldest first."""
    return await tx.all(RefundRow, f"{_ROW} WHERE r.order_id = ANY($1) ORDER BY r.at, r.id", list(order_ids))


async def take_units(tx: Tx, otherwise: Conflict, order_id: uuid.UUID, line_no: int, qty: int) -> None:
    """Units of a line are refunded. A line that was sent ends with its last unit; before that, what is refunded
    simply does not leave with the rest."""
    await tx.must_touch_one(
        otherwise,
        "UPDATE shop_order_line SET refunded_qty = refunded_qty + $3,"
        " fulfil_state = CASE WHEN refunded_qty + $3 = qty AND NOT fulfil_state = ANY($4) THEN 'returned'"
        " ELSE fulfil_state END"
        " WHERE order_id = $1 AND line_no = $2 AND refunded_qty + $3 <= qty",
        *(order_id, line_no, qty, sorted(UNSENT)),
    )


async def postage_kept(tx: Tx, order_id: uuid.UUID) -> int:
    """What of earlier refunds was kept back for sending goods back."""
    return int(
        await tx.value("SELECT coalesce(sum(postage), 0) FROM shop_refund WHERE order_id = $1", order_id)
    )


async def take_money(
    tx: Tx,
    otherwise: Conflict,
    order: RefundedOrder,
    amounts: tuple[int, int],
    *,
    is_last: bool,
    with_shipping: bool,
) -> None:
    """``amounts`` are (cash, tender). The order is refunded when nothing of it is left (``is_last``) and nothing was
    kept back either; its shipping goes back at most once."""
    await tx.must_touch_one(
        otherwise,
        f"UPDATE shop_order SET state = CASE WHEN {_GONE} THEN 'refunded' ELSE 'part_refunded' END,"  # noqa: S608
        " version = version + 1, refunded_cash = refunded_cash + $3, refunded_points = refunded_points + $4,"
        " shipping_refunded = shipping_refunded OR $5,"
        f" closed_at = CASE WHEN {_GONE} THEN (SELECT now()) ELSE closed_at END"
        " WHERE id = $1 AND state IN ('paid', 'closed', 'part_refunded') AND NOT (shipping_refunded AND $5)"
        " AND refunded_cash + $3 <= charge AND refunded_points + $4 <= points",
        *(order.id, is_last, *amounts, with_shipping),
    )


async def insert_refund(
    tx: Tx, otherwise: Conflict, row: Sequence[object], lines: list[tuple[object, ...]]
) -> None:
    """``row``: id, order, idem, shipping, cash, tender, deduction, postage, is_last, reason, actor's id and
    name, what was never taken.
    ``lines``: refund, line number, units, restock, cash, tender."""
    await tx.must_touch_one(
        otherwise,
        "INSERT INTO shop_refund (id, order_id, idem, shipping, cash, tender, deduction, postage, is_last,"
        " reason, actor_id, actor_name, untaken)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        " ON CONFLICT (idem) DO NOTHING",
        *row,
    )
    await tx.execute_many(
        "INSERT INTO shop_refund_line (refund_id, line_no, qty, restock, cash, tender)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        lines,
    )
