"""Which days a report is about, and which ones it is compared with. Days are the tenant's, both ends included."""

from __future__ import annotations

import enum
from datetime import date, timedelta
from typing import Final

import msgspec

from nakamise.contracts.ui import Period

DAYS_MAX: Final = 1100


class Kind(enum.StrEnum):
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
    """A custom period whose ends are missing, turned round or too far apart is the last 30 days."""
    day = wanted.day or today
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


def before(wanted: Wanted, period: Period) -> Period:
    """The week, month or year before; for a custom period as many days just before."""
    day = period.first - timedelta(days=1)
    if wanted.kind in (Kind.MONTH, Kind.YEAR):
        return period_of(Wanted(kind=wanted.kind, day=day), day)
    return period.before


def _month(day: date) -> Period:
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return Period(first, after - timedelta(days=1))
