"""Order numbers are dated where the tenant lives."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from nakamise_shop.domain.order_number import NumberFormat, order_day, order_number

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.req("LC-5.2.1", "DF-07")
@pytest.mark.parametrize(
    ("ordered_at", "number"),
    [
        (dt.datetime(2026, 6, 9, 14, 59, 59, tzinfo=dt.UTC), "LC-20260609-0012"),
        (dt.datetime(2026, 6, 9, 15, 0, 0, tzinfo=dt.UTC), "LC-20260610-0012"),
        (dt.datetime(2026, 12, 31, 23, 0, 0, tzinfo=dt.UTC), "LC-20270101-0012"),
    ],
)
def test_the_date_is_the_day_in_the_tenants_zone(ordered_at: dt.datetime, number: str) -> None:
    assert order_number("LC", order_day(ordered_at, TOKYO), 12) == number


def test_ten_thousand_orders_a_day_still_have_distinct_numbers() -> None:
    day = dt.date(2026, 6, 10)
    assert order_number("LC", day, 10_000) == "LC-20260610-10000"
    assert len({order_number("LC", day, sequence) for sequence in range(9_990, 10_010)}) == 20


@pytest.mark.parametrize("prefix", ["", "lc", "LC-", "ＬＣ", "ABCDEFGHI"])
def test_prefixes_are_short_and_ascii(prefix: str) -> None:
    with pytest.raises(ValueError, match="no order number prefix"):
        order_number(prefix, dt.date(2026, 6, 10), 1)


@pytest.mark.req("LC-5.2.1")
def test_the_format_is_the_tenants_and_a_prefix_may_begin_with_a_digit() -> None:
    day = dt.date(2026, 6, 10)
    assert order_number("1A", day, 12) == "1A-20260610-0012"
    short = NumberFormat(short_date=True, digits=6)
    assert order_number("LC", day, 12, short) == "LC-260610-000012"
    formats = [
        NumberFormat(short_date=short, digits=digits) for short in (False, True) for digits in (3, 4, 8)
    ]
    by_sequence = [{order_number("LC", day, n, form) for form in formats} for n in (1, 12, 1_234, 12_345)]
    assert not set.intersection(*by_sequence)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="count from 1"):
        order_number("LC", dt.date(2026, 6, 10), 0)
    with pytest.raises(ValueError, match="time zone"):
        order_day(dt.datetime(2026, 6, 10), TOKYO)  # noqa: DTZ001 - the naive time is the point
