"""Order numbers, dated in the tenant's zone by the transaction's own time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from nakamise.db import Tx
from nakamise_shop.checkout.repository import next_numbers
from nakamise_shop.domain.order_number import NumberFormat, order_day, order_number


async def take_numbers(
    tx: Tx, wanted: Mapping[str, int], at: datetime, zone: ZoneInfo, form: NumberFormat
) -> dict[str, Iterator[str]]:
    """So many numbers for each prefix, the lowest first. Counters are taken in the order of their prefixes, so
    that two purchases never wait for each other."""
    day = order_day(at, zone)
    found = {}
    for prefix, count in sorted(wanted.items()):
        last = await next_numbers(tx, prefix, day, count)
        found[prefix] = _numbers(prefix, day, range(last - count + 1, last + 1), form)
    return found


def _numbers(prefix: str, day: date, sequence: range, form: NumberFormat) -> Iterator[str]:
    return (order_number(prefix, day, number, form) for number in sequence)
