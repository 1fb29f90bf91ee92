"""State machines of orders and lines, and what the screens derive from them."""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from nakamise_shop.domain.order_state import (
    LINE_EDGES,
    ORDER_EDGES,
    IllegalTransition,
    LineState,
    OrderState,
    OrderStatus,
    check_line_edge,
    check_order_edge,
    is_cancellable,
    line_sources,
    order_sources,
    order_status,
)

UNFULFILLED, PROCESSING, SHIPPED, DELIVERED, RETURNED = LineState


@pytest.mark.parametrize(
    "path",
    [
        ["pending", "paid", "closed"],
        ["pending", "expired", "paid"],  # late money, stock was there
        ["pending", "cancelled", "refunded"],  # late money, stock was gone
        ["pending", "paid", "part_refunded", "refunded"],
        ["pending", "paid", "part_refunded", "closed", "part_refunded", "refunded"],
        ["pending", "paid", "disputed", "paid"],
        ["pending", "paid", "disputed", "refunded"],
        ["pending", "paid", "cancelled", "refunded"],
    ],
)
def test_paths_of_an_order(path: list[str]) -> None:
    for current, new in pairwise(path):
        check_order_edge(OrderState(current), OrderState(new))
        assert OrderState(current) in order_sources(OrderState(new))


@pytest.mark.req("LC-9.7.1")
@pytest.mark.parametrize(
    ("current", "new"),
    [("refunded", "paid"), ("paid", "pending"), ("cancelled", "paid"), ("paid", "expired")],
)
def test_illegal_order_edges_are_refused(current: str, new: str) -> None:
    with pytest.raises(IllegalTransition, match=f"from {current} to {new}"):
        check_order_edge(OrderState(current), OrderState(new))


@pytest.mark.req("LC-8.6.2")
def test_lines_move_only_forward_one_step_at_a_time() -> None:
    for current, new in pairwise([UNFULFILLED, PROCESSING, SHIPPED, DELIVERED, RETURNED]):
        check_line_edge(current, new)
        with pytest.raises(IllegalTransition):
            check_line_edge(new, current)
    for current, new in [(DELIVERED, UNFULFILLED), (UNFULFILLED, SHIPPED), (PROCESSING, DELIVERED)]:
        with pytest.raises(IllegalTransition):
            check_line_edge(current, new)


def test_sources_are_the_edges_read_backwards() -> None:
    assert order_sources(OrderState.REFUNDED) == {
        OrderState.PAID,
        OrderState.CLOSED,
        OrderState.EXPIRED,
        OrderState.CANCELLED,
        OrderState.PART_REFUNDED,
        OrderState.DISPUTED,
    }
    assert line_sources(SHIPPED) == {PROCESSING}
    for current, new in product(OrderState, OrderState):
        assert (current in order_sources(new)) == (new in ORDER_EDGES[current])
    assert set(LINE_EDGES) == set(LineState)


@pytest.mark.req("LC-5.2.2", "LC-8.6.2")
@pytest.mark.parametrize(
    ("state", "lines", "status"),
    [
        (OrderState.PENDING, [UNFULFILLED], OrderStatus.PENDING),
        (OrderState.PAID, [UNFULFILLED, UNFULFILLED], OrderStatus.CONFIRMED),
        (OrderState.PAID, [PROCESSING, UNFULFILLED], OrderStatus.PROCESSING),
        (OrderState.PAID, [SHIPPED, UNFULFILLED], OrderStatus.PROCESSING),
        (OrderState.PAID, [SHIPPED, SHIPPED], OrderStatus.SHIPPED),
        (OrderState.PAID, [SHIPPED, DELIVERED], OrderStatus.SHIPPED),
        (OrderState.CLOSED, [DELIVERED, DELIVERED], OrderStatus.DELIVERED),
        (OrderState.PART_REFUNDED, [DELIVERED, RETURNED], OrderStatus.DELIVERED),
        (OrderState.REFUNDED, [RETURNED], OrderStatus.DELIVERED),
        (OrderState.REFUNDED, [UNFULFILLED], OrderStatus.CANCELLED),
        (OrderState.PART_REFUNDED, [], OrderStatus.CANCELLED),  # nothing leaves; something was kept back
        (OrderState.CANCELLED, [PROCESSING], OrderStatus.CANCELLED),
        (OrderState.EXPIRED, [UNFULFILLED], OrderStatus.CANCELLED),
        (OrderState.DISPUTED, [SHIPPED], OrderStatus.SHIPPED),
    ],
)
def test_status_on_the_screens(state: OrderState, lines: list[LineState], status: OrderStatus) -> None:
    assert order_status(state, lines) == status


@pytest.mark.req("LC-5.2.6", "DF-09")
@pytest.mark.parametrize(
    ("state", "lines", "cancellable"),
    [
        (OrderState.PENDING, [UNFULFILLED], True),
        (OrderState.PAID, [UNFULFILLED], True),
        (OrderState.PAID, [PROCESSING], False),
        (OrderState.PAID, [SHIPPED, UNFULFILLED], False),
        (OrderState.CANCELLED, [UNFULFILLED], False),
        (OrderState.DISPUTED, [UNFULFILLED], False),
    ],
)
def test_cancellable_by_default(state: OrderState, lines: list[LineState], *, cancellable: bool) -> None:
    assert is_cancellable(state, lines) == cancellable


@pytest.mark.req("LC-5.2.6", "DF-09")
def test_a_shop_may_widen_the_rule_but_never_past_a_sent_line() -> None:
    assert is_cancellable(OrderState.PAID, [PROCESSING], allowed=set(OrderStatus))
    assert not is_cancellable(OrderState.PAID, [SHIPPED, UNFULFILLED], allowed=set(OrderStatus))
    assert not is_cancellable(OrderState.PAID, [UNFULFILLED], allowed=set())
