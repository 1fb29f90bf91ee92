"""Prices as a buyer is shown them: tax-included, whatever the shop typed (総額表示)."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from nakamise.contracts.pricing import Rounding
from nakamise_shop.domain.tax import TaxRate, rate_on, with_tax
from nakamise_shop.domain.tax_rates import JAPAN_TAX_RATES


class Taxed(Protocol):
    """How one product's amounts are written in the database: columns of the product and its shop."""

    @property
    def tax_class(self) -> str: ...

    @property
    def prices_include_tax(self) -> bool: ...

    @property
    def rounding(self) -> Rounding: ...


def shown(amount: int, of: Taxed, on: date) -> int:
    """``amount`` with the tax of that day. Raises NoTaxRate."""
    if of.prices_include_tax:
        return amount
    rate = rate_of(of.tax_class, on)
    return with_tax(amount, rate.rate_bp, of.rounding)


def shown_if_any(amount: int | None, of: Taxed, on: date) -> int | None:
    return None if amount is None else shown(amount, of, on)


def is_reduced(tax_class: str, on: date) -> bool:
    """Taxed at the reduced rate: to be marked with ※."""
    return rate_of(tax_class, on).reduced


def rate_of(tax_class: str, on: date) -> TaxRate:
    """Raises NoTaxRate."""
    return rate_on(JAPAN_TAX_RATES, tax_class, on)
