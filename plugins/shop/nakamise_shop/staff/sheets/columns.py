"""The columns of the sheet of products: one row for each variant, the same out and in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.web import N_, gettext_for
from nakamise_shop.staff.products.schemas import Days, Line, PerOrder, Price, Sku, Stock, Text
from nakamise_shop.staff.text import PRODUCT_KINDS, PRODUCT_STATES, TAX_CLASSES

LANGUAGES: Final = ("ja", "en")
LABELS: Final[Mapping[str, str]] = {
    "code": N_("Product code"),
    "shop": N_("Shop code"),
    "name": N_("Product name"),
    "name_en": N_("Product name (English)"),
    "description": N_("Description"),
    "description_en": N_("Description (English)"),
    "category": N_("Category"),
    "tax_class": N_("Tax class"),
    "state": N_("State"),
    "kind": N_("Kind"),
    "per_order_limit": N_("Limit per order"),
    "per_person_limit": N_("Limit per person"),
    "per_person_days": N_("Limit per person within days"),
    "sale_from": N_("On sale from"),
    "sale_until": N_("On sale until"),
    "option1": N_("Option 1"),
    "option2": N_("Option 2"),
    "option3": N_("Option 3"),
    "sku": N_("SKU"),
    "variant": N_("Variant name"),
    "variant_en": N_("Variant name (English)"),
    "value1": N_("Value 1"),
    "value2": N_("Value 2"),
    "value3": N_("Value 3"),
    "price": N_("Price"),
    "compare_at": N_("Former price"),
    "on_hand": N_("Stock"),
}
COLUMNS: Final[Sequence[str]] = tuple(LABELS)
OPTIONS: Final = ("option1", "option2", "option3")
VALUES: Final = ("value1", "value2", "value3")
OF_VARIANT: Final = ("variant", "variant_en", *VALUES, "price", "compare_at", "on_hand")
OF_PRODUCT: Final = tuple(one for one in COLUMNS if one not in (*OF_VARIANT, "sku", "shop", "code"))
NUMBERS: Final = frozenset(
    {"price", "compare_at", "on_hand", "per_order_limit", "per_person_limit", "per_person_days"}
)
# What an earlier version called it in its files.
_FORMER: Final[Mapping[str, Mapping[str, str]]] = {"kind": {"商品の小計": "goods"}}
_RATE: Final = re.compile(r"\s*\(\d+(\.\d+)?%\)$")
# Stored value: msgid; in the file stands the word in either language, or the stored value.
CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "tax_class": TAX_CLASSES,
    "state": {value: label for value, (label, _) in PRODUCT_STATES.items()},
    "kind": PRODUCT_KINDS,
}


class Cells(msgspec.Struct, frozen=True, kw_only=True):
    """A row as it was typed, with the bounds of its numbers and texts checked."""

    code: Annotated[str, Meta(pattern="^([a-z0-9][a-z0-9-]{0,79})?$")] = ""
    shop: Line = ""
    name: Line = ""
    name_en: Line = ""
    description: Text = ""
    description_en: Text = ""
    category: Line = ""
    tax_class: Line = ""
    state: Line = ""
    kind: Line = ""
    per_order_limit: PerOrder | None = None
    per_person_limit: PerOrder | None = None
    per_person_days: Days | None = None
    sale_from: Line = ""
    sale_until: Line = ""
    option1: Line = ""
    option2: Line = ""
    option3: Line = ""
    sku: Sku
    variant: Line = ""
    variant_en: Line = ""
    value1: Line = ""
    value2: Line = ""
    value3: Line = ""
    price: Price | None = None
    compare_at: Price | None = None
    on_hand: Stock | None = None


def label(key: str, locale: str) -> str:
    return gettext_for(locale, "shop")(LABELS[key])


def column_of(head: str) -> str | None:
    """By the label in any language, or by the key."""
    return _heads().get(_plain(head))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


@cache
def _heads() -> dict[str, str]:
    found = {key: key for key in COLUMNS}
    for locale in LANGUAGES:
        found |= {_plain(label(key, locale)): key for key in COLUMNS}
    return found


def word(key: str, value: str, locale: str) -> str:
    """A stored value as it stands in the file."""
    return gettext_for(locale, "shop")(CHOICES[key][value]) if value in CHOICES[key] else value


def value_of(key: str, text: str) -> str | None:
    """The stored value of a word, also with a rate behind it as in 標準税率(10%); None for one that there is not."""
    wanted = _RATE.sub("", _plain(text))
    for value, msgid in CHOICES[key].items():
        words = {_plain(gettext_for(locale, "shop")(msgid)) for locale in LANGUAGES}
        if wanted in words | {value}:
            return value
    return _FORMER.get(key, {}).get(wanted)
