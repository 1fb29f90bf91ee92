"""The rates of consumption tax as dated data: `consumption_tax.json`. A change of the law is one more row there.

Read and checked when the plugin is loaded, so that a file with a fault stops the start and not a checkout.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise_shop.domain.tax import BASIS_POINTS, TaxRate, TaxRates

FILE: Final = "consumption_tax.json"
# What a product may be; each must have a rate today.
CLASSES: Final = ("standard", "reduced", "zero")


class TaxRatesWrong(ValueError):
    """The data file cannot be right; the message names every fault."""


class RateRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``rate_bp`` in basis points, 1000 = 10 %; ``source`` is the law or the page that says so."""

    tax_class: str
    rate_bp: Annotated[int, Meta(ge=0, le=BASIS_POINTS)]
    valid_from: dt.date
    source: Annotated[str, Meta(min_length=1)]
    reduced: bool = False


class RateFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``as_of``: the day on which somebody last compared it with the law."""

    country: str
    as_of: dt.date
    rates: tuple[RateRow, ...]


def read_rates(text: bytes | str) -> TaxRates:
    """The rates of a data file. Raises TaxRatesWrong."""
    try:
        found = msgspec.json.decode(text, type=RateFile)
    except msgspec.MsgspecError as error:
        raise TaxRatesWrong(f"{FILE}: {error}") from error
    if faults := list(_faults(found)):
        raise TaxRatesWrong(f"{FILE}: {'; '.join(faults)}")
    return tuple(_rate(row) for row in found.rates)


def _rate(row: RateRow) -> TaxRate:
    return TaxRate(
        tax_class=row.tax_class, rate_bp=row.rate_bp, valid_from=row.valid_from, reduced=row.reduced
    )


def _faults(found: RateFile) -> Iterator[str]:
    for name in sorted({row.tax_class for row in found.rates} - set(CLASSES)):
        yield f"no such tax class: {name}"
    begun = {row.tax_class for row in found.rates if row.valid_from <= found.as_of}
    for name in (name for name in CLASSES if name not in begun):
        yield f"{name} has no rate on {found.as_of}"
    yield from _twice(found.rates)
    for row in found.rates:
        if row.reduced and row.tax_class != "reduced":
            yield f"{row.tax_class} from {row.valid_from} cannot carry the mark of the reduced rate"
        if row.tax_class == "zero" and row.rate_bp:
            yield f"zero from {row.valid_from} is taxed"


def _twice(rows: Sequence[RateRow]) -> Iterator[str]:
    days = Counter((row.tax_class, row.valid_from) for row in rows)
    for (name, day), count in days.items():
        if count > 1:
            yield f"{name} has {count} rates from {day}"


JAPAN_TAX_RATES: Final = read_rates((resources.files("nakamise_shop.domain") / FILE).read_bytes())
