"""A report as its page, its file and its API show it. Amounts are tax-included, in minor units."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from nakamise.contracts.sales import Funnel, ReportedShop, SalesDay, SalesTotals, SoldProduct
from nakamise.contracts.ui import Period


def percent(part: int, whole: int) -> str:
    """With one decimal, rounded down; "" of nothing."""
    tenths = part * 1000 // whole if whole else -1
    return f"{tenths // 10}.{tenths % 10}" if whole else ""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """``permille``: tenths of a percent of the base; all of a list add up to 1,000."""

    id: uuid.UUID | None
    name: str
    units: int
    sales: int
    permille: int

    @property
    def percent(self) -> str:
        return f"{self.permille // 10}.{self.permille % 10}"


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One day, or one month when the period is long (``day`` is its first of the period)."""

    day: date
    orders: int
    sales: int
    users: int


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """People who came so far; ``permille`` of those of the step before, 1,000 for the first."""

    name: str
    people: int
    permille: int

    @property
    def percent(self) -> str:
        return f"{self.permille // 10}.{self.permille % 10}"


class SoldLive(msgspec.Struct, frozen=True, kw_only=True):
    """A broadcast, or a broadcaster: what was paid in the period. ``funnel`` is of the whole broadcast."""

    id: uuid.UUID
    name: str
    by: str
    orders: int
    units: int
    sales: int
    funnel: Sequence[Step] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """``per_day``: sales ÷ days of the period, rounded down. ``is_monthly``: points are months. ``is_running``: the
    period ends with today, which is not over at ``at``. ``is_whole``: of all shops; else nothing is told of users and
    broadcasts, which belong to no shop. ``choices``: shops that may be asked for."""

    period: Period
    compared: Period
    is_running: bool
    timezone: str
    at: datetime
    is_whole: bool
    choices: Sequence[ReportedShop]
    totals: SalesTotals
    before: SalesTotals
    per_day: int
    points: Sequence[Point]
    is_monthly: bool
    days: Sequence[SalesDay]
    products: Sequence[SoldProduct]
    categories: Sequence[Share]
    shops: Sequence[Share]
    funnel: Funnel
    broadcasts: Sequence[SoldLive]
    broadcasters: Sequence[SoldLive]
