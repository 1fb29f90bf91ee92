"""The eight-week rule: when a former price may be struck through (japan-rules 4.12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nakamise.contracts.catalog import Doubt
from nakamise_shop.domain.former_price import Gap, Noted, doubt, outside, proven_until, spans, without

START = datetime(2026, 11, 30, 15, tzinfo=UTC)
DAY = timedelta(days=1)


def log(*rows: tuple[float, int | None]) -> list[Noted]:
    """(days before the start, price; None = taken off sale)."""
    return [Noted(START - days * DAY, price or 0, price is not None) for days, price in rows]


@pytest.mark.req("BX-13")
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Charged all the eight weeks, and longer.
        ([(100, 1000)], ""),
        # On sale for less than eight weeks: more than half of that time, and two weeks or more.
        ([(14, 1000)], ""),
        ([(13.9, 1000)], "too_short"),
        # Exactly half of the eight weeks is not more than half.
        ([(56, 800), (28, 1000)], "too_rarely"),
        ([(56, 800), (28.1, 1000)], ""),
        # 30 of 56 days, but in pieces: the sum counts.
        ([(56, 1000), (41, 800), (15, 1000)], ""),
        # Only what lies within the eight weeks counts.
        ([(200, 1000), (50, 800), (10, 1000)], "too_rarely"),
        ([(200, 1000), (56, 800)], "never"),
        # Time in which it was not on sale counts for nobody.
        ([(56, 1000), (40, None), (1, 1000)], ""),
        ([(56, 800), (40, None), (17, 1000)], ""),
        # Charged for the last time two weeks ago, and longer ago.
        ([(56, 1000), (14, 800)], ""),
        ([(56, 1000), (14.1, 800)], "too_long_ago"),
        ([(56, 1000), (14.1, None)], "too_long_ago"),
        # Never at all, or only to come.
        ([], "never"),
        ([(30, 900)], "never"),
        ([(0, 1000)], "never"),
    ],
)
def test_eight_weeks(rows: list[tuple[float, int | None]], expected: Doubt) -> None:
    assert doubt(spans(log(*rows), START), 1000, START) == expected


@pytest.mark.req("BX-13")
def test_what_other_sales_lowered_was_not_charged() -> None:
    """A price that is always in some sale is no regular price."""
    always = spans(log((100, 1000)), START)
    half = [(START - 50 * DAY, START - 20 * DAY)]
    assert doubt(without(always, half), 1000, START) == "too_rarely"
    assert doubt(without(always, [(START - 50 * DAY, START - 30 * DAY)]), 1000, START) == ""
    assert doubt(without(always, [(START - 15 * DAY, START)]), 1000, START) == "too_long_ago"
    # The same twice changes nothing, and what lies outside neither.
    assert doubt(without(always, [*half, *half, (START, START + DAY)]), 1000, START) == "too_rarely"


@pytest.mark.req("BX-13")
def test_without_an_end_the_condition_must_hold_throughout() -> None:
    lowered = log((60, 1000), (0, 800))
    until = proven_until(lowered, 1000, START)
    assert until is not None
    assert START + 13.9 * DAY < until <= START + 14 * DAY
    assert proven_until(lowered, 1000, START + 15 * DAY) is None
    assert proven_until(log((10, 1000), (0, 800)), 1000, START) is None


def gap(start: float, end: float | None) -> Gap:
    """Sold out from so many days before the start until so many."""
    return Gap(START - start * DAY, None if end is None else START - end * DAY)


@pytest.mark.req("BX-13")
@pytest.mark.parametrize(
    ("rows", "gaps", "expected"),
    [
        # On display for 100 days, and for 13 of them somebody could buy it.
        ([(100, 1000)], [gap(90, 13)], "too_short"),
        ([(100, 1000)], [gap(90, 14)], ""),
        ([(100, 1000)], [gap(50, 30), gap(20, None)], "too_long_ago"),
        ([(100, 1000)], [gap(50, 30), gap(14, None)], ""),
        ([(100, 1000)], [gap(90, None)], "never"),
        # Time at another price does not count either when nobody could buy at it.
        ([(56, 1000), (40, 800), (1, 1000)], [], "too_rarely"),
        ([(56, 1000), (40, 800), (1, 1000)], [gap(38, 1)], ""),
        # Before anything was on sale there is nothing to take away.
        ([(20, 1000)], [gap(60, 21)], ""),
    ],
)
def test_what_is_sold_out_is_not_sold(
    rows: list[tuple[float, int]], gaps: list[Gap], expected: Doubt
) -> None:
    assert doubt(outside(spans(log(*rows), START), gaps), 1000, START) == expected


@pytest.mark.req("BX-13")
def test_what_is_sold_out_now_may_come_back_at_once() -> None:
    """Proven for as long as it would be with stock: longer would be a promise."""
    lowered = log((100, 1000), (0, 800))
    assert proven_until(lowered, 1000, START, [gap(10, None)]) == START + 4 * DAY
    assert proven_until(lowered, 1000, START, [gap(3, 1)]) == proven_until(lowered, 1000, START)
