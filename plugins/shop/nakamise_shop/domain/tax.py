"""Japanese consumption tax: rates by date, and one rounding per shop and rate."""

from __future__ import annotations

import datetime as dt

import msgspec

from nakamise.contracts.pricing import Rounding

BASIS_POINTS = 10_000


class TaxRate(msgspec.Struct, frozen=True, kw_only=True):
    """A rate in basis points that holds from the beginning of the day `valid_from` until a later row of the same
    class. The rows that hold in Japan are data: `tax_rates.JAPAN_TAX_RATES`."""

    tax_class: str
    rate_bp: int
    valid_from: dt.date
    reduced: bool = False


class NoTaxRate(LookupError):
    """No rate of this class holds on this day."""


TaxRates = tuple[TaxRate, ...]


def rate_on(rates: TaxRates, tax_class: str, day: dt.date) -> TaxRate:
    """The row of `tax_class` in force on `day`. Raises NoTaxRate."""
    in_force = [rate for rate in rates if rate.tax_class == tax_class and rate.valid_from <= day]
    if not in_force:
        raise NoTaxRate(f"no {tax_class!r} tax rate on {day}")
    return max(in_force, key=lambda rate: rate.valid_from)


def round_ratio(numerator: int, denominator: int, rounding: Rounding) -> int:
    """`numerator / denominator` as a whole number; both are >= 0, so half-up means away from zero."""
    if rounding is Rounding.FLOOR:
        return numerator // denominator
    if rounding is Rounding.CEIL:
        return -(-numerator // denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def contained_tax(gross: int, rate_bp: int, rounding: Rounding) -> int:
    """The tax inside a tax-included total (割戻し)."""
    return round_ratio(gross * rate_bp, BASIS_POINTS + rate_bp, rounding)


def with_tax(net: int, rate_bp: int, rounding: Rounding) -> int:
    """The tax-included price of a tax-excluded one: what the buyer is shown (総額表示)."""
    return round_ratio(net * (BASIS_POINTS + rate_bp), BASIS_POINTS, rounding)
