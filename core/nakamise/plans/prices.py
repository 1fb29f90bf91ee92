"""Parts of a month, and consumption tax. Yen, no float."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Final

import msgspec

# The standard rate, in basis points (Consumption Tax Act art. 29 and Local Tax Act art. 72-83: 7.8 % + 2.2 %).
TAX_BP: Final = 1000


class Price(msgspec.Struct, frozen=True):
    """Yen ``net`` of tax, and ``gross`` with it."""

    net: int
    gross: int


class Part(msgspec.Struct, frozen=True):
    """The rest of a month from ``first`` on, both days included."""

    first: date
    last: date

    @property
    def month(self) -> date:
        return self.first.replace(day=1)

    def of(self, fee: int) -> int:
        """The share of a month's ``fee``, by days, rounded down: crediting and charging the same fee is nothing."""
        return fee * ((self.last - self.first).days + 1) // self.last.day


def rest_of_month(day: date) -> Part:
    """``day`` is the first one that is charged."""
    return Part(day, day.replace(day=calendar.monthrange(day.year, day.month)[1]))


def tax(net: int, tax_bp: int = TAX_BP) -> int:
    """Rounded towards zero, as an invoice does once for each rate."""
    size = abs(net) * tax_bp // 10_000
    return size if net >= 0 else -size


def priced(net: int) -> Price:
    return Price(net, net + tax(net))
