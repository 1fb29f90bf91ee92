"""When a former price may be struck through beside a lower one: the eight-week rule (景品表示法, 二重価格表示).

Looking back eight weeks, the price was charged for more than half of the time in which the thing was on sale,
for two weeks or more in all, and for the last time not longer than two weeks ago.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.contracts.catalog import Doubt

LOOK_BACK: Final = timedelta(weeks=8)
AT_LEAST: Final = timedelta(weeks=2)
LAST_WITHIN: Final = timedelta(weeks=2)
_STEP: Final = timedelta(hours=1)


class Span(msgspec.Struct, frozen=True):
    """On sale for ``price`` from ``start`` until ``end``; None = for less than the list says."""

    start: datetime
    end: datetime
    price: int | None


class Noted(msgspec.Struct, frozen=True):
    """One row of the log: from ``at`` on. ``opens`` and ``closes`` are the ends of the product's period of sale."""

    at: datetime
    price: int
    on_sale: bool
    opens: datetime | None = None
    closes: datetime | None = None


def spans(log: Sequence[Noted], until: datetime) -> list[Span]:
    """When it could be bought, for what; ``log`` ascends by time."""
    found = []
    for place, one in enumerate(log):
        start = max(one.at, one.opens or one.at)
        end = min(log[place + 1].at, until) if place + 1 < len(log) else until
        end = min(end, one.closes or end)
        if one.on_sale and start < end:
            found.append(Span(start, end, one.price))
    return found


def without(found: Iterable[Span], lowered: Iterable[tuple[datetime, datetime]]) -> list[Span]:
    """The same time, but within ``lowered`` nothing counts as charged in full."""
    pieces = list(found)
    for start, end in lowered:
        pieces = [part for span in pieces for part in _cut(span, start, end)]
    return pieces


def _cut(span: Span, start: datetime, end: datetime) -> list[Span]:
    low, high = max(span.start, start), min(span.end, end)
    if low >= high:
        return [span]
    parts = [Span(span.start, low, span.price), Span(low, high, None), Span(high, span.end, span.price)]
    return [part for part in parts if part.start < part.end]


def doubt(found: Sequence[Span], price: int, at: datetime) -> Doubt:
    """Why ``price`` may not be struck through at ``at``; "" when it may."""
    since = at - LOOK_BACK
    seen = [Span(max(one.start, since), min(one.end, at), one.price) for one in found]
    seen = [one for one in seen if one.start < one.end]
    charged = [one for one in seen if one.price == price]
    if not charged:
        return "never"
    total = _length(charged)
    if total < AT_LEAST:
        return "too_short"
    if 2 * total <= _length(seen):
        return "too_rarely"
    return "too_long_ago" if at - max(one.end for one in charged) > LAST_WITHIN else ""


def _length(found: Iterable[Span]) -> timedelta:
    return sum((one.end - one.start for one in found), timedelta())


def proven_until(log: Sequence[Noted], price: int, now: datetime) -> datetime | None:
    """Until when ``price`` may be shown if nothing changes after ``now``, to the hour; None when it may not now."""
    last = None
    at = now
    while at <= now + LAST_WITHIN + _STEP and doubt(spans(log, at), price, at) == "":
        last, at = at, at + _STEP
    return last
