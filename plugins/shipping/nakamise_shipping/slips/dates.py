"""The day of shipping: which one to propose, and what is odd about another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final, Literal

from nakamise_shipping.domain.config import Days
from nakamise_shipping.domain.days import is_open

_DAY: Final = dt.timedelta(days=1)
_SEARCH_MAX: Final = 400


def proposed(today: dt.date, leaving: Iterable[dt.date], rules: Iterable[Days]) -> dt.date:
    """The first of the days on which orders leave, or today when it is over; the next one on which each of the shops
    sends. A shop that never does is not asked, and where no day suits all none is."""
    first = max(today, min(leaving, default=today))
    coming = [first + _DAY * n for n in range(_SEARCH_MAX)]
    asked = [rule for rule in rules if any(is_open(rule, day) for day in coming)]
    return next((day for day in coming if all(is_open(rule, day) for rule in asked)), first)


def odd_day(rule: Days, day: dt.date, today: dt.date) -> Literal["", "closed_day", "past_day"]:
    if day < today:
        return "past_day"
    return "" if is_open(rule, day) else "closed_day"
