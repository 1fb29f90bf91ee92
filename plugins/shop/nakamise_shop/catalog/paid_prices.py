"""What buyers paid, of what the shop typed: tax-included, as the tax was on each day.

A shop that begins to type its prices without tax, a product of another tax class and a new rate change what is paid
though the typed amount stays.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from nakamise.contracts.pricing import Rounding
from nakamise_shop.catalog.prices import shown
from nakamise_shop.domain.former_price import Noted
from nakamise_shop.domain.tax_rates import JAPAN_TAX_RATES

# The rates are Japan's, and so is the midnight at which they change.
ZONE: Final = ZoneInfo("Asia/Tokyo")


class Typing(msgspec.Struct, frozen=True, array_like=True):
    """How an amount is written; a ``Taxed``."""

    tax_class: str
    prices_include_tax: bool
    rounding: Rounding

    def paid(self, amount: int, at: datetime) -> int:
        """``amount`` with the tax of that moment. Raises NoTaxRate."""
        return shown(amount, self, at.astimezone(ZONE).date())

    def turns(self, after: datetime, until: datetime | None) -> Iterator[datetime]:
        """When in between another rate begins, and with it another price."""
        if self.prices_include_tax:
            return
        for rate in sorted(JAPAN_TAX_RATES, key=lambda one: one.valid_from):
            at = datetime.combine(rate.valid_from, time(), ZONE)
            if rate.tax_class == self.tax_class and after < at and (until is None or at < until):
                yield at


class LogRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of shop_price_log; ``typing`` None: noted by a version that did not write how. ``now`` is how it is
    written today."""

    variant_id: uuid.UUID
    at: datetime
    price: int
    on_sale: bool
    opens: datetime | None
    closes: datetime | None
    typing: Typing | None
    now: Typing


class Paid(msgspec.Struct, frozen=True):
    """``noted`` are prices that buyers paid, beginning with the oldest; of rates that are law already also what comes.
    ``now`` is how the amounts of this variant are written today."""

    noted: Sequence[Noted]
    now: Typing

    def next_turn(self, after: datetime) -> datetime | None:
        """When the price changes by itself."""
        return next(self.now.turns(after, None), None)


def paid(rows: Sequence[LogRow]) -> Mapping[uuid.UUID, Paid]:
    """By variant; ``rows`` ascend by variant and time. Raises NoTaxRate."""
    found = {}
    for variant_id, group in groupby(rows, key=lambda row: row.variant_id):
        log = list(group)
        found[variant_id] = Paid(
            [one for row, how, end in _typed(log) for one in _steps(row, how, end)], log[-1].now
        )
    return found


def _typed(log: Sequence[LogRow]) -> list[tuple[LogRow, Typing, datetime | None]]:
    """Each row, how it was written, and when the next one begins. Where that is not known it was as the row after it
    says, whose version noted what it found."""
    found: list[tuple[LogRow, Typing, datetime | None]] = []
    how, end = log[-1].now, None
    for row in reversed(log):
        how = row.typing or how
        found.append((row, how, end))
        end = row.at
    return found[::-1]


def _steps(row: LogRow, how: Typing, end: datetime | None) -> Iterator[Noted]:
    for at in (row.at, *how.turns(row.at, end)):
        yield Noted(at, how.paid(row.price, at), row.on_sale, row.opens, row.closes)
