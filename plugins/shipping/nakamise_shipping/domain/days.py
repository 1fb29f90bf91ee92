"""On which days a parcel can arrive. All days and times are the tenant's."""

from __future__ import annotations

import datetime as dt
from typing import Final

from nakamise_shipping.domain.config import Days
from nakamise_shipping.domain.holidays import is_holiday

_DAY: Final = dt.timedelta(days=1)
_SEARCH_MAX: Final = 400


class NoWorkingDay(ValueError):
    """The shop has closed every day."""


def is_open(rule: Days, day: dt.date) -> bool:
    if day.weekday() in rule.closed_weekdays or day in rule.closed_days:
        return False
    return not (rule.closed_on_holidays and is_holiday(day))


def leaves_on(rule: Days, ordered: dt.datetime) -> dt.date:
    """When a parcel leaves that is ordered at ``ordered``, a time in the tenant's zone. Raises NoWorkingDay."""
    counts = ordered.date() if ordered.time() < rule.cutoff else ordered.date() + _DAY
    day = open_from(rule, counts)
    for _ in range(rule.lead_days):
        day = open_from(rule, day + _DAY)
    return day


def open_from(rule: Days, day: dt.date) -> dt.date:
    """``day``, or the next on which parcels leave. Raises NoWorkingDay."""
    for _ in range(_SEARCH_MAX):
        if is_open(rule, day):
            return day
        day += _DAY
    raise NoWorkingDay


def arrivals(rule: Days, ordered: dt.datetime, travel_days: int) -> list[dt.date]:
    """The days that a buyer may choose, the earliest first. Raises NoWorkingDay."""
    first = leaves_on(rule, ordered) + dt.timedelta(days=travel_days)
    return [first + dt.timedelta(days=n) for n in range(rule.selectable_days)]
