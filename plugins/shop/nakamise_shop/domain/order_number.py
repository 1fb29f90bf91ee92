"""Order numbers: PREFIX-YYYYMMDD-NNNN by default, dated in the tenant's time zone."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

_PREFIX = re.compile(r"[A-Z0-9]{1,8}")


def order_day(ordered_at: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The day that an order placed at `ordered_at` belongs to; also the key of the day's counter.

    Raises ValueError for a naive time.
    """
    if ordered_at.tzinfo is None:
        raise ValueError("an order time needs a time zone")
    return ordered_at.astimezone(zone).date()


class NumberFormat(NamedTuple):
    """`short_date` leaves the century out; a count grows past `digits` rather than repeat.

    Two formats never give the same number to two sequences of a day.
    """

    short_date: bool = False
    digits: int = 4


USUAL: Final = NumberFormat()


def order_number(prefix: str, day: dt.date, sequence: int, form: NumberFormat = USUAL) -> str:
    """`order_number("LC", day, 12)` -> "LC-20260610-0012".

    Raises ValueError for a prefix that is not 1-8 capital letters and digits, and for a sequence below 1.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"{prefix!r} is no order number prefix")
    if sequence < 1:
        raise ValueError("order numbers count from 1")
    date = f"{day:%y%m%d}" if form.short_date else f"{day:%Y%m%d}"
    return f"{prefix}-{date}-{sequence:0{form.digits}d}"
