"""National holidays of Japan, reckoned from the law as it has stood since 2022.

The Act on National Holidays names the days; the two equinoxes are announced by the government each February and
follow the usual formula, good for 2022 to 2099. A day that a new law adds is one more rule here, with its first year.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final

FIRST_YEAR: Final = 2022
LAST_YEAR: Final = 2099
_FIXED: Final = ((1, 1), (2, 11), (2, 23), (4, 29), (5, 3), (5, 4), (5, 5), (8, 11), (11, 3), (11, 23))
# (month, which Monday): Coming of Age, Marine, Respect for the Aged, Sports.
_MONDAYS: Final = ((1, 2), (7, 3), (9, 3), (10, 2))
_DAY: Final = dt.timedelta(days=1)


def is_holiday(day: dt.date) -> bool:
    """False outside the years that are known."""
    return day in holidays_of(day.year)


@lru_cache(maxsize=8)
def holidays_of(year: int) -> frozenset[dt.date]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return frozenset()
    named = {dt.date(year, month, day) for month, day in _FIXED}
    named |= {_monday(year, month, nth) for month, nth in _MONDAYS}
    named |= {_equinox(year, 3, 20.8431), _equinox(year, 9, 23.2488)}
    return frozenset(named | _between(named) | _instead(named))


def _monday(year: int, month: int, nth: int) -> dt.date:
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(-first.weekday()) % 7 + 7 * (nth - 1))


def _equinox(year: int, month: int, start: float) -> dt.date:
    passed = year - 1980
    return dt.date(year, month, int(start + 0.242194 * passed) - passed // 4)


def _instead(named: set[dt.date]) -> set[dt.date]:
    """Art. 3 (2): for a holiday on a Sunday the next day that is none."""
    found = set()
    for day in named:
        if day.weekday() == 6:
            free = day + _DAY
            while free in named:
                free += _DAY
            found.add(free)
    return found


def _between(named: set[dt.date]) -> set[dt.date]:
    """Art. 3 (3): a day between two holidays is one, unless it is a Sunday."""
    return {
        day + _DAY
        for day in named
        if day + 2 * _DAY in named and day + _DAY not in named and (day + _DAY).weekday() != 6
    }
