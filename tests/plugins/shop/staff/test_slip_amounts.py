"""What a slip leaves of a bill when units went back before the parcel left: its rows add up, whatever was rounded."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nakamise.contracts.orders import OrderRefund
from nakamise.contracts.pricing import Phase, ShopQuote
from nakamise_shop.domain.bill import bill_of
from nakamise_shop.domain.pricing import price
from nakamise_shop.staff.orders.slip_amounts import is_early, left_of
from tests.plugins.shop.domain.build import AT, SHOP, line, off, request, terms


def bought(unit: int, qty: int, discount: int, points: int, card: int) -> ShopQuote:
    """``qty`` of one thing without shipping."""
    taken = ((Phase.CART, discount), (Phase.TENDER, points), (Phase.TENDER, card))
    offers = [
        ("points_gifts", off(phase, amount, code=f"C{n}"))
        for n, (phase, amount) in enumerate(taken)
        if amount
    ]
    return price(request(line("a", unit, qty)), offers, {SHOP: terms()}).shops[0]


@pytest.mark.req("LC-9.7.1")
@settings(max_examples=60, deadline=None)
@given(
    unit=st.integers(1, 300),
    qty=st.integers(1, 9),
    discount=st.integers(0, 300),
    points=st.integers(0, 900),
    card=st.integers(0, 900),
    gone=st.integers(0, 9),
)
@example(unit=100, qty=2, discount=0, points=101, card=0, gone=1)
@example(unit=100, qty=5, discount=1, points=403, card=0, gone=4)
@example(unit=100, qty=3, discount=0, points=101, card=101, gone=1)
def test_the_rows_of_a_slip_add_up(
    unit: int, qty: int, discount: int, points: int, card: int, gone: int
) -> None:
    gone = min(gone, qty)
    whole = bought(unit, qty, discount, points, card)
    left = left_of(whole, {1: gone}, with_shipping=True)
    bill = bill_of(left)
    off_goods, paid = (sum(row.amount for row in rows) for rows in (bill.discounts, bill.tenders))
    assert bill.goods == unit * (qty - gone)
    assert bill.goods - off_goods == bill.total == sum(tax.gross for tax in bill.taxes)
    assert bill.total - paid == bill.due
    assert min(bill.due, paid, off_goods, *(row.amount for row in (*bill.discounts, *bill.tenders)), 0) == 0
    if not gone:
        assert left == whole
    # Not further off what is left of the money than refunds round, and never more than that.
    (one,) = whole.lines
    assert 0 <= bill.due - one.cash * (qty - gone) // qty <= 1
    assert abs(paid - one.tender * (qty - gone) // qty) <= 2


def test_a_refund_of_shipping_alone_is_early_only_before_the_parcel() -> None:
    """Merged before it was sent: not on the slip. Given back for a late parcel: it was on it."""
    sent = {uuid.uuid4(): AT}
    for days, early in ((-1, True), (1, False)):
        at = AT + dt.timedelta(days=days)
        one = OrderRefund(id=uuid.uuid4(), at=at, lines=(), shipping=550, cash=550, tender=0, reason="late")
        assert is_early(one, [], sent) is early
        assert is_early(one, [], {}) is True
