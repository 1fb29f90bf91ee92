"""The day of shipping: which one to propose, and what is odd about another."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable
from typing import Literal

from nakamise_shipping.domain.config import Days
from nakamise_shipping.domain.days import NoWorkingDay, is_open, open_from


def proposed(today: dt.date, leaving: Iterable[dt.date], rules: Iterable[Days]) -> dt.date:
    """The last of the days on which orders leave, or today when all are over; the next one on which each of the shops
    sends. A shop that never does is not asked."""
    day = max((today, *leaving))
    for rule in rules:
        with contextlib.suppress(NoWorkingDay):
            day = open_from(rule, day)
    return day


def odd_day(rule: Days, day: dt.date, today: dt.date) -> Literal["", "closed_day", "past_day"]:
    if day < today:
        return "past_day"
    return "" if is_open(rule, day) else "closed_day"
