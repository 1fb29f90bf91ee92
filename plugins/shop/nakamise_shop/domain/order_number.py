"""Order numbers: PREFIX-YYYYMMDD-NNNN, dated in the tenant's time zone."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

_PREFIX = re.compile(r"[A-Z0-9]{1,8}")


def order_day(ordered_at: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The day that an order placed at `ordered_at` belongs to; also the key of the day's counter.

    Raises ValueError for a naive time.
    """
    if ordered_at.tzinfo is None:
        raise ValueError("an order time needs a time zone")
    return ordered_at.astimezone(zone).date()


def order_number(prefix: str, day: dt.date, sequence: int) -> str:
    """`order_number("LC", day, 12)` -> "LC-20260610-0012"; grows past four digits rather than repeat.

    Raises ValueError for a prefix that is not 1-8 capital letters and digits, and for a sequence below 1.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"{prefix!r} is no order number prefix")
    if sequence < 1:
        raise ValueError("order numbers count from 1")
    return f"{prefix}-{day:%Y%m%d}-{sequence:04d}"
