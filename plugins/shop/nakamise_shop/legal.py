"""The legal notice: items of the Act on Specified Commercial Transactions, art. 11 and its ordinance.

Source of the list: 消費者庁 特定商取引法ガイド「通信販売」. Which items a shop must fill is `MANDATORY`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

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


# What a buyer wants to know before the cart.
_FACTS: Final = ("delivery_time", "returns")


def delivery_facts(legal: Mapping[str, str], locale: str) -> list[tuple[str, str]]:
    """(label, text) of delivery and returns, as the shop wrote them."""
    return items_of(legal, locale, _FACTS)


def notice_of(shop: Shop, locale: str) -> list[tuple[str, str]]:
    """(label, text) in display order, in the asked language where the shop wrote it."""
    return items_of(shop.legal, locale, LABELS)


def items_of(legal: Mapping[str, str], locale: str, names: Iterable[str]) -> list[tuple[str, str]]:
    _ = gettext_for(locale, "shop")
    texts = {name: legal.get(f"{name}_{locale}") or legal.get(name, "") for name in names}
    return [(_(LABELS[name]), text) for name, text in texts.items() if text]
