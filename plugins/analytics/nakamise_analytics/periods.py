"""Which days a report is about, and which ones it is compared with. Days are the tenant's, both ends included."""

from __future__ import annotations

import enum
from datetime import date, timedelta
from typing import Final

import msgspec

from nakamise.contracts.ui import Period

DAYS_MAX: Final = 1100


class Kind(enum.StrEnum):
    DAY = "day"
    LAST7 = "7days"  # that end with the day
    WEEK = "week"  # Monday to Sunday
    MONTH = "month"
    YEAR = "year"
    CUSTOM = "custom"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """``day``: any day of the week, month or year; ``first`` and ``last`` for a custom period; ``shop``: an id."""

    kind: Kind = Kind.MONTH
    day: date | None = None
    first: date | None = None
    last: date | None = None
    shop: str = ""


def period_of(wanted: Wanted, today: date) -> Period:
    """As far as it has come: a period that runs ends today. A custom one whose ends are missing, turned round or too
    far apart is the last 30 days."""
    whole = _whole(wanted, today)
    return Period(whole.first, today) if whole.first <= today < whole.last else whole


def is_running(wanted: Wanted, today: date) -> bool:
    """Days of the period are still to come, or today is one of it."""
    whole = _whole(wanted, today)
    return whole.first <= today <= whole.last


def before(wanted: Wanted, period: Period) -> Period:
    """The week, month or year before; else as many days just before. Of a period that runs only as many days are
    compared as it has had."""
    if wanted.kind not in (Kind.WEEK, Kind.MONTH, Kind.YEAR):
        return period.before
    earlier = _whole(Wanted(kind=wanted.kind, day=period.first - timedelta(days=1)), period.first)
    if period.last == _whole(wanted, period.last).last:
        return earlier
    return Period(earlier.first, min(earlier.last, earlier.first + timedelta(days=period.days - 1)))


def _whole(wanted: Wanted, today: date) -> Period:
    day = wanted.day or today
    if wanted.kind is Kind.DAY:
        return Period(day, day)
    if wanted.kind is Kind.LAST7:
        return Period(day - timedelta(days=6), day)
    if wanted.kind is Kind.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    if wanted.kind is Kind.YEAR:
        return Period(date(day.year, 1, 1), date(day.year, 12, 31))
    if wanted.kind is Kind.MONTH:
        return _month(day)
    first, last = wanted.first, wanted.last
    if first is None or last is None or not 0 <= (last - first).days < DAYS_MAX:
        return Period(today - timedelta(days=29), today)
    return Period(first, last)


def _month(day: date) -> Period:
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return Period(first, after - timedelta(days=1))
