"""What a lost dispute takes of which orders: to the yen, and never more than the bank took."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nakamise_shop.domain.chargeback import ChargedBack, OpenLine, OpenOrder, charged_back

A, B, C = (uuid.UUID(int=number) for number in (1, 2, 3))


def order(
    order_id: uuid.UUID, *lines: tuple[int, int, int], shipping: int = 0, kept: int = 0, postage: int = 0
) -> OpenOrder:
    """``lines`` are (pieces, pieces that went back, paid in all)."""
    return OpenOrder(
        order_id=order_id,
        lines=tuple(
            OpenLine(line_no=number, qty=qty, before=before, cash=cash)
            for number, (qty, before, cash) in enumerate(lines, start=1)
        ),
        shipping=shipping,
        kept=kept,
        postage=postage,
    )


def worth(found: ChargedBack, of: OpenOrder) -> int:
    back = sum(line.back(found.units.get(line.line_no, 0)) for line in of.lines)
    is_whole = found.with_shipping is None and all(
        found.units.get(line.line_no, 0) == line.left for line in of.lines
    )
    return back + (of.shipping if found.with_shipping or is_whole else 0) - found.deduction


ONE = order(A, (2, 0, 2000), (1, 0, 700), shipping=550)
TWO = order(B, (3, 1, 1000), shipping=0)
FREE = order(C, (1, 0, 0))


@pytest.mark.parametrize(
    ("amount", "whole", "units", "kept"),
    [
        (9999, [A, B], {}, 0),  # more than there is
        (3250, [A], {}, 0),  # one order exactly
        (667, [B], {}, 0),
        (1000, [], {A: {1: 1}}, 0),  # one unit of the larger
        (1250, [], {A: {2: 1}}, 0),  # goods and the shipping
        (1700, [], {A: {1: 1, 2: 1}}, 0),
        (1234, [B], {A: {1: 1}}, 433),  # no units add up: an order, and the fewest that cover the rest
    ],
)
@pytest.mark.req("CL-30")
def test_an_amount_finds_its_orders(
    amount: int, whole: list[uuid.UUID], units: dict[uuid.UUID, dict[int, int]], kept: int
) -> None:
    found = charged_back([ONE, TWO, FREE], amount)
    assert [one.order_id for one in found if one.with_shipping is None] == whole
    assert {one.order_id: dict(one.units) for one in found if one.with_shipping is not None} == units
    assert sum(one.deduction for one in found) == kept
    by_id = {A: ONE, B: TWO}
    assert sum(worth(one, by_id[one.order_id]) for one in found) == min(amount, ONE.left + TWO.left)


@pytest.mark.parametrize(
    ("amount", "units", "with_shipping", "deduction", "postage"),
    [
        (500, {}, False, -500, 0),  # just what was kept of the price
        (700, {}, False, -700, -200),  # and the postage
        (100, {}, False, -100, 0),
        (1000, {1: 1}, False, 0, 0),  # a unit, and nothing of what was kept
        (1400, {1: 1}, False, -400, 0),
        (1600, {1: 1}, True, -50, 0),
        (2200, {1: 1}, True, -650, -150),
        (2250, {1: 1}, None, -700, -200),  # everything
        (9999, {1: 1}, None, -700, -200),
    ],
)
@pytest.mark.req("CL-30")
def test_what_had_been_kept_back_can_be_taken_too(
    amount: int, units: dict[int, int], with_shipping: bool | None, deduction: int, postage: int
) -> None:
    """Of two pieces one went back, of which ¥700 were kept: ¥200 of them for the parcel."""
    one = order(A, (2, 1, 2000), shipping=550, kept=700, postage=200)
    [found] = charged_back([one, FREE], amount)
    assert (dict(found.units), found.with_shipping) == (units, with_shipping)
    assert (found.deduction, found.postage) == (deduction, postage)
    # Where another order has it to the yen, what was kept here is not touched.
    assert charged_back([one, order(B, (1, 0, 1450))], 1450)[0].order_id == B


LINES = st.tuples(st.integers(1, 4), st.integers(0, 4), st.integers(0, 3000)).map(
    lambda line: (line[0], min(line[0], line[1]), line[2])
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(LINES, min_size=1, max_size=3), st.integers(0, 300), st.integers(0, 400)),
        min_size=1,
        max_size=3,
    ),
    st.integers(1, 12_000),
)
def test_what_the_bank_took_and_never_more(
    drawn: list[tuple[list[tuple[int, int, int]], int, int]], amount: int
) -> None:
    orders = [
        order(uuid.UUID(int=number), *lines, shipping=shipping, kept=kept, postage=kept // 2)
        for number, (lines, shipping, kept) in enumerate(drawn)
    ]
    found = charged_back(orders, amount)
    taken = sum(worth(one, orders[one.order_id.int]) for one in found)
    left = sum(one.left for one in orders)
    assert taken == min(amount, left)
    for one in found:
        of = orders[one.order_id.int]
        assert (
            -of.kept
            <= one.deduction
            <= sum(line.back(one.units.get(line.line_no, 0)) for line in of.lines) + of.shipping
        )
        assert -of.postage <= one.postage <= 0
    assert len({one.order_id for one in found}) == len(found)
