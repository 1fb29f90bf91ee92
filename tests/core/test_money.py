"""Money: fixed numbers both ways (a wrong divisor there and back hides in a round trip), and shares that add up."""

from __future__ import annotations

import operator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nakamise.money import (
    CurrencyMismatch,
    Money,
    MoneyError,
    allocate,
    exponent,
    from_psp,
    to_psp,
    unit_refund,
)

# (minor units, currency, integer in Stripe's API)
PSP_NUMBERS = [
    (500, "JPY", 500),  # ¥500
    (11_330, "JPY", 11_330),
    (1_000, "USD", 1_000),  # $10.00
    (5, "ISK", 500),  # 5 ISK: two decimals, always 00
    (5, "UGX", 500),
    (1_045, "HUF", 1_045),  # a charge may have decimals
    (80_045, "TWD", 80_045),
    (5_120, "KWD", 5_120),  # 5.120 KWD
    (1_000, "KRW", 1_000),
]


@pytest.mark.parametrize(("amount", "currency", "expected"), PSP_NUMBERS)
def test_to_psp_gives_the_documented_number(amount: int, currency: str, expected: int) -> None:
    assert expected == to_psp(Money(amount, currency))


@pytest.mark.parametrize(("amount", "currency", "sent"), PSP_NUMBERS)
def test_from_psp_reads_the_documented_number(amount: int, currency: str, sent: int) -> None:
    assert Money(amount, currency) == from_psp(sent, currency.lower())


@pytest.mark.parametrize("currency", ["HUF", "TWD"])
def test_payouts_of_some_currencies_are_whole_units(currency: str) -> None:
    assert to_psp(Money(1_000, currency), payout=True) == 1_000
    assert Money(1_000, currency) == from_psp(1_000, currency, payout=True)
    with pytest.raises(MoneyError, match="multiples of 100"):
        to_psp(Money(1_045, currency), payout=True)
    with pytest.raises(MoneyError, match="multiples of 100"):
        from_psp(1_045, currency, payout=True)


def test_amounts_that_the_provider_refuses_are_refused_here() -> None:
    with pytest.raises(MoneyError, match="multiples of 10"):
        to_psp(Money(5_124, "KWD"))
    with pytest.raises(MoneyError, match="multiples of 100"):
        from_psp(550, "isk")


def test_points_never_meet_the_provider() -> None:
    with pytest.raises(MoneyError, match="points"):
        to_psp(Money(100, "PTS"))
    with pytest.raises(MoneyError, match="points"):
        from_psp(100, "pts")


@pytest.mark.parametrize(("currency", "decimals"), [("JPY", 0), ("USD", 2), ("KWD", 3), ("PTS", 0)])
def test_exponents(currency: str, decimals: int) -> None:
    assert decimals == exponent(currency)


def test_currencies_do_not_mix() -> None:
    yen = Money(100, "JPY")
    points = Money(100, "PTS")
    for mix in (operator.add, operator.sub, operator.lt, operator.le):
        with pytest.raises(CurrencyMismatch):
            mix(yen, points)
    assert yen != points


def test_arithmetic() -> None:
    yen = Money(100, "JPY")
    assert Money(340, "JPY") == yen * 3 + Money(40, "JPY")
    assert Money(-100, "JPY") == -yen
    assert Money(0, "JPY") == yen - yen
    assert yen < yen * 2
    assert yen <= yen


def test_an_amount_is_an_int_of_a_known_currency() -> None:
    with pytest.raises(MoneyError, match="float"):
        Money(1.5, "JPY")  # type: ignore[arg-type]
    with pytest.raises(MoneyError, match="bool"):
        Money(True, "JPY")
    with pytest.raises(MoneyError, match="unknown currency"):
        Money(1, "jpy")
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"amount": 1.5, "currency": "JPY"}', type=Money)


def test_money_survives_json() -> None:
    money = Money(11_330, "JPY")
    assert money == msgspec.json.decode(msgspec.json.encode(money), type=Money)


def test_ties_go_to_the_earlier_weight() -> None:
    assert allocate(100, [1, 1, 1]) == (34, 33, 33)
    assert allocate(1, [5, 5, 5]) == (1, 0, 0)
    assert allocate(1, [0, 7]) == (0, 1)


def test_nothing_can_be_shared_over_nothing() -> None:
    assert allocate(0, [0, 0]) == (0, 0)
    assert allocate(0, []) == ()
    with pytest.raises(ValueError, match="nothing to share"):
        allocate(1, [0, 0])
    with pytest.raises(ValueError, match="negative"):
        allocate(-1, [1])
    with pytest.raises(ValueError, match="negative"):
        allocate(1, [2, -1])


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30), st.data())
@settings(deadline=None)
def test_shares_add_up_and_stay_within_their_weight(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    shares = allocate(total, weights)
    assert total == sum(shares)
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=30), st.integers(0, 10**12))
@settings(deadline=None)
def test_no_share_is_a_whole_unit_off(weights: list[int], total: int) -> None:
    whole = sum(weights)
    for share, weight in zip(allocate(total, weights), weights, strict=True):
        assert abs(share * whole - total * weight) < whole


def test_unit_refunds_of_an_uneven_line() -> None:
    assert [unit_refund(100, 3, done, 1) for done in range(3)] == [33, 33, 34]


@given(st.integers(0, 10**9), st.lists(st.integers(1, 9), min_size=1, max_size=8))
@settings(deadline=None)
def test_any_grouping_of_refunds_returns_exactly_what_was_paid(amount: int, groups: list[int]) -> None:
    qty = sum(groups)
    refunds = [unit_refund(amount, qty, sum(groups[:i]), now) for i, now in enumerate(groups)]
    assert amount == sum(refunds)
    assert all(refund >= 0 for refund in refunds)


def test_more_units_than_are_left_are_refused() -> None:
    with pytest.raises(ValueError, match="2 units asked, 1 left"):
        unit_refund(100, 3, 2, 2)
    with pytest.raises(ValueError, match="negative"):
        unit_refund(100, 3, 0, -1)
