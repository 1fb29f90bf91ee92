"""States of an order and of its lines; allowed edges are data.

Money and parcels move apart: `OrderState` says what was paid, `LineState` where the goods are. The screens show
`OrderStatus`, which is derived from both and never stored.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence


class OrderState(enum.StrEnum):
    PENDING = "pending"  # is the reservation of stock, coupon and points
    PAID = "paid"
    CLOSED = "closed"  # past the return window
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


class LineState(enum.StrEnum):
    UNFULFILLED = "unfulfilled"  # 未処理
    PROCESSING = "processing"  # 処理中
    SHIPPED = "shipped"  # 発送済み
    DELIVERED = "delivered"  # 配達済み
    RETURNED = "returned"


class OrderStatus(enum.StrEnum):
    """What the screens show: 保留中, 確認済み, 処理中, 発送済み, 配達済み, キャンセル."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


_PAID_STATES = frozenset({OrderState.PAID, OrderState.CLOSED, OrderState.PART_REFUNDED})

ORDER_EDGES: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.PENDING: frozenset({OrderState.PAID, OrderState.EXPIRED, OrderState.CANCELLED}),
    # Cancelling a paid order creates its refund in the same transaction; `refunded` follows when it settles.
    OrderState.PAID: frozenset(
        {
            OrderState.CLOSED,
            OrderState.PART_REFUNDED,
            OrderState.REFUNDED,
            OrderState.CANCELLED,
            OrderState.DISPUTED,
        }
    ),
    # A complaint after the window, and what the shop gives back of its own will.
    OrderState.CLOSED: frozenset({OrderState.PART_REFUNDED, OrderState.REFUNDED, OrderState.DISPUTED}),
    # Late money: a charge that succeeds after the hold ended takes stock again, or is refunded at once; what the
    # buyer cancelled is always refunded.
    OrderState.EXPIRED: frozenset({OrderState.PAID, OrderState.REFUNDED}),
    OrderState.CANCELLED: frozenset({OrderState.REFUNDED}),
    OrderState.PART_REFUNDED: frozenset({OrderState.CLOSED, OrderState.REFUNDED, OrderState.DISPUTED}),
    OrderState.REFUNDED: frozenset(),
    # Won: back to where it was. Lost: refunded.
    OrderState.DISPUTED: _PAID_STATES | {OrderState.REFUNDED},
}

LINE_EDGES: Mapping[LineState, frozenset[LineState]] = {
    LineState.UNFULFILLED: frozenset({LineState.PROCESSING}),
    LineState.PROCESSING: frozenset({LineState.SHIPPED}),
    LineState.SHIPPED: frozenset({LineState.DELIVERED, LineState.RETURNED}),
    LineState.DELIVERED: frozenset({LineState.RETURNED}),
    LineState.RETURNED: frozenset(),
}

# Of what went back in part the rest goes back: such an order ends as refunded, or stays refunded in part where
# something of an earlier refund had been kept back.
_CANCELLABLE_STATES = frozenset({OrderState.PENDING, OrderState.PAID, OrderState.PART_REFUNDED})
CANCELLABLE: frozenset[OrderStatus] = frozenset({OrderStatus.PENDING, OrderStatus.CONFIRMED})

_SENT = frozenset({LineState.SHIPPED, LineState.DELIVERED, LineState.RETURNED})
_ARRIVED = frozenset({LineState.DELIVERED, LineState.RETURNED})
_ENDED = frozenset({OrderState.CANCELLED, OrderState.EXPIRED, OrderState.REFUNDED})


class IllegalTransition(ValueError):
    """The state machine has no such edge."""


def check_order_edge(current: OrderState, new: OrderState) -> None:
    """Raises IllegalTransition unless `current` -> `new` is an edge."""
    if new not in ORDER_EDGES[current]:
        raise IllegalTransition(f"an order cannot go from {current} to {new}")


def check_line_edge(current: LineState, new: LineState) -> None:
    """Raises IllegalTransition unless `current` -> `new` is an edge."""
    if new not in LINE_EDGES[current]:
        raise IllegalTransition(f"an order line cannot go from {current} to {new}")


def order_sources(new: OrderState) -> frozenset[OrderState]:
    """The states from which `new` can be reached: the `state = ANY(:from)` of the conditional UPDATE."""
    return frozenset(state for state, targets in ORDER_EDGES.items() if new in targets)


def line_sources(new: LineState) -> frozenset[LineState]:
    """As `order_sources`, for a line."""
    return frozenset(state for state, targets in LINE_EDGES.items() if new in targets)


def counts(line: LineState, units_left: int) -> bool:
    """Whether a line is part of the order's fulfilment: not when all of it was refunded before it left."""
    return units_left > 0 or line in _SENT


def order_status(state: OrderState, lines: Sequence[LineState]) -> OrderStatus:
    """What the screens show, from the lines that are sent or still to be sent (``counts``).

    A partly shipped order is still 処理中; a refund after shipping is no キャンセル. Without lines nothing leaves any
    more, even where something of the money was kept back.
    """
    if state is OrderState.PENDING:
        return OrderStatus.PENDING
    if not lines or (state in _ENDED and not _SENT.intersection(lines)):
        return OrderStatus.CANCELLED
    return _fulfilment(lines)


def _fulfilment(lines: Sequence[LineState]) -> OrderStatus:
    if set(lines) == {LineState.UNFULFILLED}:
        return OrderStatus.CONFIRMED
    if _ARRIVED.issuperset(lines):
        return OrderStatus.DELIVERED
    if _SENT.issuperset(lines):
        return OrderStatus.SHIPPED
    return OrderStatus.PROCESSING


def is_cancellable(
    state: OrderState, lines: Sequence[LineState], allowed: Collection[OrderStatus] = CANCELLABLE
) -> bool:
    """Whether an order may be cancelled by those who may in the `allowed` statuses: buyers as the shop lets them, staff
    in all; nobody once a line was sent that counts. ``lines`` are those that count (``counts``); without any there is
    nothing left to cancel. An order that was refunded in part keeps the status of the lines that are left."""
    if state not in _CANCELLABLE_STATES or not lines or _SENT.intersection(lines):
        return False
    return order_status(state, lines) in allowed
