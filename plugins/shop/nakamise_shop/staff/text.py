"""Words of the staff's pages: states in the user's language, field faults as texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from nakamise.errors import FieldError
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_shop.domain.tax import rate_on
from nakamise_shop.domain.tax_rates import JAPAN_TAX_RATES
from nakamise_shop.orders.labels import CARRIERS as CARRIER_NAMES
from nakamise_shop.saying import say

PRODUCT_STATES: Final = {
    "published": (N_("Published"), "ok"),
    "draft": (N_("Draft"), "warn"),
    "archived": (N_("Archived"), ""),
}
SHOP_STATES: Final = {
    "pending": (N_("Preparing"), "warn"),
    "applied": (N_("Waiting for approval"), "info"),
    "rejected": (N_("Rejected"), "danger"),
    "open": (N_("Open for business"), "ok"),
    "suspended": (N_("Suspended"), "danger"),
    "closed": (N_("Closed"), ""),
}
ORDER_STATUS: Final = {
    "pending": (N_("On hold"), "warn"),
    "confirmed": (N_("Confirmed"), "info"),
    "processing": (N_("Processing"), "soft"),
    "shipped": (N_("Shipped"), "ok"),
    "delivered": (N_("Delivered"), "ok"),
    "cancelled": (N_("Cancelled"), "danger"),
}
PAYMENT_STATUS: Final = {
    "unpaid": (N_("Unpaid"), "warn"),
    "authorized": (N_("Authorized"), "info"),
    "paid": (N_("Paid"), "ok"),
    "disputed": (N_("Under dispute"), "danger"),
    "expired": (N_("Payment expired"), "outline"),
    "voided": (N_("Not charged"), "outline"),
    "refunding": (N_("Being refunded"), "info"),
    "part_refunded": (N_("Partly refunded"), "info"),
    "refunded": (N_("Refunded"), "outline"),
}
LINE_STATES: Final = {
    "unfulfilled": (N_("Not started"), "warn"),
    "processing": (N_("Processing"), "soft"),
    "shipped": (N_("Shipped"), "ok"),
    "delivered": (N_("Delivered"), "ok"),
    "returned": (N_("Returned"), "outline"),
}
CARRIERS: Final = {carrier.value: label for carrier, label in CARRIER_NAMES.items()}
PRODUCT_KINDS: Final = {"goods": N_("Goods"), "sample": N_("Sample")}
TAX_CLASSES: Final = {
    "standard": N_("Standard rate"),
    "reduced": N_("Reduced rate"),
    "zero": N_("Not taxed"),
}
ROUNDINGS: Final = {"floor": N_("Down"), "ceil": N_("Up"), "half_up": N_("Half up")}
NOTICE_WAYS: Final = {"shown": N_("Show it in the notice"), "on_request": N_("Tell it on request")}
PRICE_INPUTS: Final = {"gross": N_("With tax"), "net": N_("Without tax")}


def words(ctx: TenantCtx) -> Callable[..., str]:
    return gettext_for(ctx.locale, "shop")


def badges(ctx: TenantCtx, named: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """(text, kind of ``ui.badge``) by stored value."""
    _ = words(ctx)
    return {value: (_(label), kind) for value, (label, kind) in named.items()}


def labels(ctx: TenantCtx, named: Mapping[str, str]) -> dict[str, str]:
    return dict(choices(ctx, named))


def choices(ctx: TenantCtx, named: Mapping[str, str]) -> list[tuple[str, str]]:
    _ = words(ctx)
    return [(value, _(label)) for value, label in named.items()]


def fault_texts(ctx: TenantCtx, faults: Mapping[str, FieldError]) -> dict[str, str]:
    return {name: say(ctx, fault) for name, fault in faults.items()}


def tax_choices(ctx: TenantCtx, on: date) -> list[tuple[str, str]]:
    """The classes of tax with the rates of that day."""
    _ = words(ctx)
    rates = {name: rate_on(JAPAN_TAX_RATES, name, on).rate_bp for name in TAX_CLASSES}
    return [
        (
            name,
            _("%(name)s (%(rate)s%%)", name=label, rate=f"{rates[name] / 100:g}") if rates[name] else label,
        )
        for name, label in choices(ctx, TAX_CLASSES)
    ]
