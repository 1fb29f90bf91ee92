"""The legal notice: items of the Act on Specified Commercial Transactions, art. 11 and its ordinance.

Source of the list: 消費者庁 特定商取引法ガイド「通信販売」. Which items a shop must fill is `MANDATORY`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from nakamise.contracts.payments import PaymentMethod
from nakamise.japan import Prefecture
from nakamise.web import N_, gettext_for
from nakamise_shop.catalog.schemas import Shop

LABELS: Final[Mapping[str, str]] = {
    "seller": N_("Seller"),
    "representative": N_("Representative"),
    "address": N_("Business address"),
    "phone": N_("Phone number"),
    "phone_hours": N_("Phone hours"),
    "email": N_("E-mail address"),
    "price": N_("Selling price"),
    "additional_fees": N_("Fees besides the price"),
    "payment_methods": N_("Ways to pay"),
    "payment_timing": N_("When you pay"),
    "delivery_time": N_("Delivery time"),
    "returns": N_("Returns and cancellation"),
    "order_period": N_("Time limit for orders"),
    "quantity_limits": N_("Quantity limits and other conditions"),
    "nonconformity": N_("If the goods do not conform"),
    "operating_environment": N_("Operating environment"),
    "document_fee": N_("Fee for documents"),
    "email_advertising": N_("Advertising by e-mail"),
}
# What the settings decide: nobody writes it (``notice``).
DECIDED: Final[Mapping[str, str]] = {
    "shipping": N_("Shipping fee"),
    "cancellation": N_("Cancelling an order"),
}
# All items in the order in which a notice has them.
ORDER: Final = tuple(
    name
    for item in LABELS
    for name in {"additional_fees": ("shipping", item), "returns": (item, "cancellation")}.get(item, (item,))
)
MANDATORY: Final = (
    "seller",
    "representative",
    "address",
    "phone",
    "email",
    "price",
    "additional_fees",
    "payment_methods",
    "payment_timing",
    "delivery_time",
    "returns",
)


def missing_items(legal: Mapping[str, str]) -> list[str]:
    """Mandatory items that are empty: with any, a shop may not open (LC-3.3.2)."""
    return [name for name in MANDATORY if not legal.get(name, "").strip()]


# Of these the Act lets a notice say that they are told without delay to whoever asks (art. 11, its proviso).
MAY_BE_ASKED_FOR: Final = ("address", "phone")
_ON_REQUEST: Final = re.compile(r"請求|開示|省略|on request|upon request|omitted", re.IGNORECASE)
# 資料請求 and 建物名省略 stand behind numbers and addresses too: what is told is not kept. Houses have a number, in
# digits or as 二丁目, in the sentence of their prefecture.
_ADDRESS: Final = re.compile(
    rf"(?:{'|'.join(one.ja for one in Prefecture)})[^\d。\n()]*?(?:\d|[一二三四五六七八九十]+(?:丁目|番))"
)
# Ten or eleven digits with or without hyphens; +81 is a 0.
_PHONE: Final = re.compile(
    r"(?<![\d+])(?<!\d-)(?:\+81[-‐–—−ー(). ]{0,2}0?|0)(?:[-‐–—−ー(). ]{0,2}\d){9,10}(?!\d)"
)


def is_on_request(name: str, text: str) -> bool:
    """Whether the item ``name`` of a notice is kept for those who ask: what stands there is no address and no phone
    number. Of other items nothing may be."""
    plain = unicodedata.normalize("NFKC", text)
    if name not in MAY_BE_ASKED_FOR or not _ON_REQUEST.search(plain):
        return False
    return not (_ADDRESS if name == "address" else _PHONE).search(plain)


# Each way to pay has a time at which it is due: both must be said of each (Act art. 11 no. 2).
_OF_WAYS: Final = ("payment_methods", "payment_timing")
# How a notice calls a way to pay, by ``PaymentMethod.method``; others are looked for by their label.
_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "card": ("カード", "card"),
    "konbini": ("コンビニ", "convenience store"),
    "bank_transfer": ("銀行振込", "振込", "bank transfer"),
    "paypay": ("paypay", "ペイペイ"),
}


class Unsaid(msgspec.Struct, frozen=True):
    """A way to pay that buyers are offered and that an ``item`` of the notice does not name; ``way`` is its label."""

    item: str
    way: str


def unsaid_ways(legal: Mapping[str, str], ways: Sequence[PaymentMethod]) -> list[Unsaid]:
    """What a notice does not say of the ways to pay that are on: with any, a shop may not open. An empty item is
    `missing_items`' matter; where there is one way only, it is clear what the time of payment belongs to."""
    texts = {item: _plain(legal.get(item, "")) for item in _OF_WAYS}
    return [
        Unsaid(item, way.label)
        for item, needed in ways_to_name(ways).items()
        for way in needed
        if (text := texts[item])
        and not any(_plain(name) in text for name in _CALLED.get(way.method, (way.label,)))
    ]


def ways_to_name(ways: Sequence[PaymentMethod]) -> dict[str, list[PaymentMethod]]:
    """By item of a notice: the ways to pay that it must name, each once; nothing while none is on."""
    by_method = list({way.method: way for way in ways}.values())
    items = _OF_WAYS if len(by_method) > 1 else _OF_WAYS[: len(by_method)]
    return dict.fromkeys(items, by_method)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


# What a buyer wants to know before the cart.
FACTS: Final = ("delivery_time", "returns", "cancellation")


def notice_of(shop: Shop, locale: str, said: Mapping[str, str]) -> list[tuple[str, str]]:
    """(label, text) in display order, in the asked language where the shop wrote it."""
    return items_of(shop.legal, locale, ORDER, said)


def items_of(
    legal: Mapping[str, str], locale: str, names: Iterable[str], said: Mapping[str, str]
) -> list[tuple[str, str]]:
    """``said``: texts by name that the settings decide; there is no other for them."""
    _ = gettext_for(locale, "shop")
    return [(named(_, name), text) for name, text in texts_of(legal, locale, names, said).items()]


def texts_of(
    legal: Mapping[str, str], locale: str, names: Iterable[str], said: Mapping[str, str]
) -> dict[str, str]:
    """As ``items_of``, by name: what has a text."""
    texts = {name: said.get(name) or legal.get(f"{name}_{locale}") or legal.get(name, "") for name in names}
    return {name: text for name, text in texts.items() if text}


def named(_: Callable[[str], str], name: str) -> str:
    """An item as readers call it."""
    return _({**LABELS, **DECIDED}[name])
