"""When a former price may be struck through beside a lower one: the eight-week rule (景品表示法, 二重価格表示).

Looking back eight weeks, the price was charged for more than half of the time in which the thing was on sale,
for two weeks or more in all, and for the last time not longer than two weeks ago.

「販売されていた」 is what counts, by the Consumer Affairs Agency's guideline (不当な価格表示についての景品表示法上の
考え方, 第4の2(1)ア(イ)): that the shop was selling the thing in its ordinary business; that somebody bought it is not asked
for. Of what is sold out nobody could buy a piece, so that time is neither time on sale nor time at a price.
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


class Gap(msgspec.Struct, frozen=True):
    """Sold out from ``start`` until ``end``; None: still."""

    start: datetime
    end: datetime | None


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


def outside(found: Iterable[Span], gaps: Iterable[Gap]) -> list[Span]:
    """What is left of the time without the ``gaps``."""
    pieces = list(found)
    for gap in gaps:
        pieces = [part for span in pieces for part in _around(span, gap.start, gap.end or span.end)]
    return pieces


def without(found: Iterable[Span], lowered: Iterable[tuple[datetime, datetime]]) -> list[Span]:
    """The same time, but within ``lowered`` nothing counts as charged in full."""
    pieces = list(found)
    for start, end in lowered:
        pieces = [
            part
            for span in pieces
            for part in (
                *_around(span, start, end),
                Span(max(span.start, start), min(span.end, end), None),
            )
            if part.start < part.end
        ]
    return pieces


def _around(span: Span, start: datetime, end: datetime) -> list[Span]:
    """What lies before ``start`` and what after ``end``."""
    parts = [
        Span(span.start, min(span.end, start), span.price),
        Span(max(span.start, end), span.end, span.price),
    ]
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


def proven_until(
    log: Sequence[Noted], price: int, now: datetime, gaps: Iterable[Gap] = ()
) -> datetime | None:
    """Until when ``price`` may be shown if nothing changes after ``now``, to the hour; None when it may not now. What
    is sold out now may be on sale again at once: no time after ``now`` is in a gap."""
    known = [Gap(gap.start, gap.end or now) for gap in gaps]
    last = None
    at = now
    while at <= now + LAST_WITHIN + _STEP and doubt(outside(spans(log, at), known), price, at) == "":
        last, at = at, at + _STEP
    return last
