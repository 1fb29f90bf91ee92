"""Refunds of single units."""

from __future__ import annotations

import msgspec
import pytest

from nakamise.contracts.pricing import Part, Phase
from nakamise_shop.domain.refund import PaidLine, PaidShipping, RefundError, refund

POINTS = Part(plugin_id="points_gifts", phase=Phase.TENDER, code="points", amount=10)
SHIPPING = PaidShipping(cash=550)


def paid(qty: int = 3, refunded_qty: int = 0) -> PaidLine:
    return PaidLine(line_id="a", qty=qty, cash=100, tenders=(POINTS,), refunded_qty=refunded_qty)


@pytest.mark.req("BX-15")
def test_units_one_by_one_and_shipping_with_the_last() -> None:
    refunds = [refund([paid(refunded_qty=done)], SHIPPING, {"a": 1}) for done in range(3)]
    assert [back.lines[0].cash for back in refunds] == [33, 33, 34]
    assert [back.tender for back in refunds] == [3, 3, 4]
    assert [back.cash for back in refunds] == [33, 33, 34 + 550]


def test_shipping_goes_back_by_choice_but_never_twice() -> None:
    early = refund([paid()], SHIPPING, {"a": 1}, with_shipping=True)
    assert early.cash == 33 + 550
    kept = refund([paid(refunded_qty=2)], SHIPPING, {"a": 1}, with_shipping=False)
    assert kept.cash == 34
    gone = PaidShipping(cash=550, refunded=True)
    assert refund([paid(refunded_qty=2)], gone, {"a": 1}, with_shipping=True).cash == 34


def test_shipping_waits_for_the_last_unit_of_every_line() -> None:
    other = PaidLine(line_id="b", qty=1, cash=50)
    assert refund([paid(), other], SHIPPING, {"a": 3}).shipping is None
    assert refund([paid(), other], SHIPPING, {"a": 3, "b": 1}).cash == 700


def test_a_tender_part_that_rounds_to_nothing_is_left_out() -> None:
    one = msgspec.structs.replace(POINTS, amount=1)
    one_point = PaidLine(line_id="a", qty=3, cash=0, tenders=(one,))
    assert refund([one_point], SHIPPING, {"a": 1}).lines[0].tenders == ()


def test_more_than_is_left_is_refused() -> None:
    with pytest.raises(RefundError, match="2 units asked, 1 left"):
        refund([paid(refunded_qty=2)], SHIPPING, {"a": 2})
    with pytest.raises(RefundError, match="0 units asked"):
        refund([paid()], SHIPPING, {"a": 0})
    with pytest.raises(RefundError, match="no such line: z"):
        refund([paid()], SHIPPING, {"z": 1})
