"""Words for states and carriers: msgids, with the badge's colour and icon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.domain.order_state import LineState, OrderStatus
from nakamise_shop.orders.schemas import PayStatus
from nakamise_shop.orders.timeline import Happened, OrderNote
from nakamise_shop.settings import ShopSettings


class Badge(NamedTuple):
    """``kind`` and ``icon`` as ``ui.badge`` takes them; never colour alone."""

    label: str
    kind: str
    icon: str


STATUSES: Final[Mapping[OrderStatus, Badge]] = {
    OrderStatus.PENDING: Badge(N_("Pending"), "warn", "clock"),
    OrderStatus.CONFIRMED: Badge(N_("Confirmed"), "info", "check"),
    OrderStatus.PROCESSING: Badge(N_("Processing"), "brand", "package-open"),
    OrderStatus.SHIPPED: Badge(N_("Shipped"), "info", "truck"),
    OrderStatus.DELIVERED: Badge(N_("Delivered"), "ok", "package-check"),
    OrderStatus.CANCELLED: Badge(N_("Cancelled"), "outline", "ban"),
}
PAY_STATUSES: Final[Mapping[PayStatus, Badge]] = {
    PayStatus.UNPAID: Badge(N_("Unpaid"), "warn", "credit-card"),
    PayStatus.AUTHORIZED: Badge(N_("Authorized"), "info", "credit-card"),
    PayStatus.DISPUTED: Badge(N_("Under dispute"), "warn", "circle-alert"),
    PayStatus.PAID: Badge(N_("Paid"), "ok", "circle-check"),
    PayStatus.EXPIRED: Badge(N_("Payment expired"), "outline", "clock"),
    PayStatus.VOIDED: Badge(N_("Not charged"), "outline", "ban"),
    PayStatus.REFUNDING: Badge(N_("Refund under way"), "warn", "rotate-ccw"),
    PayStatus.PART_REFUNDED: Badge(N_("Partly refunded"), "warn", "rotate-ccw"),
    PayStatus.REFUNDED: Badge(N_("Refunded"), "outline", "rotate-ccw"),
}
LINES: Final[Mapping[LineState, Badge]] = {
    LineState.UNFULFILLED: Badge(N_("Not processed yet"), "outline", "clock"),
    LineState.PROCESSING: Badge(N_("Processing"), "brand", "package-open"),
    LineState.SHIPPED: Badge(N_("Shipped"), "info", "truck"),
    LineState.DELIVERED: Badge(N_("Delivered"), "ok", "package-check"),
    LineState.RETURNED: Badge(N_("Returned, refunded"), "outline", "rotate-ccw"),
}
CARRIERS: Final[Mapping[Carrier, str]] = {
    Carrier.YAMATO: N_("Yamato Transport"),
    Carrier.SAGAWA: N_("Sagawa Express"),
    Carrier.JAPAN_POST: N_("Japan Post"),
    Carrier.OTHER: N_("Other carrier"),
}
# What is told of a note by its data, in the place of its kind.
RESERVED: Final = "reserved"
RELEASED: Final = "released"
# Of what goes back nothing had been taken: no refund is under way.
NO_MONEY: Final = "no_money"
# For the buyer, of an order's ``untaken``.
UNTAKEN: Final = N_("%(amount)s had not been charged, so it is not refunded.")
HAPPENED: Final[Mapping[str, str]] = {
    Happened.PLACED: N_("Order placed"),
    Happened.PAID: N_("Payment completed"),
    RESERVED: N_("Payment authorised: charged by the time the parcel leaves"),
    Happened.CAPTURED: N_("Payment completed"),
    Happened.PROCESSING: N_("Being prepared"),
    Happened.SHIPPED: N_("Shipped"),
    Happened.DELIVERED: N_("Delivered"),
    Happened.CANCELLED: N_("Cancelled"),
    Happened.EXPIRED: N_("Closed, unpaid"),
    Happened.REFUNDING: N_("Refund under way"),
    Happened.REFUNDED: N_("Refunded"),
    RELEASED: N_("Not charged"),
    NO_MONEY: N_("Not charged"),
    Happened.REFUND_FAILED: N_("The refund did not arrive; the shop is seeing to it"),
    Happened.REPLACED: N_("Replacement sent"),
    Happened.RENUMBERED: N_("Tracking number changed"),
    Happened.CHANGED: N_("Delivery details changed"),
    Happened.CLOSED: N_("Completed"),
    Happened.DISPUTED: N_("Payment is being checked by the card company"),
    Happened.DISPUTE_WON: N_("Payment was confirmed by the card company"),
    Happened.DISPUTE_LOST: N_("The card company gave the payment back"),
}


def happened(locale: str, note: OrderNote, titles: Mapping[str, str] = HAPPENED) -> str:
    """What happened, in words: ours by ``titles``, a plugin's from its own catalog."""
    kind = next((one for one in (RESERVED, RELEASED, NO_MONEY) if note.data.get(one)), note.kind)
    if kind in titles:
        return str(gettext_for(locale, "shop")(titles[kind]))
    plugin_id = note.kind.partition(".")[0]
    return str(gettext_for(locale, plugin_id)(note.kind, **note.data))


def note_label(ctx: TenantCtx) -> str:
    """What the buyer's note is called: the tenant's word or ours."""
    return ctx.settings(ShopSettings).note_label or str(
        gettext_for(ctx.locale, "shop")(N_("Note to the shop"))
    )


class Words(NamedTuple):
    """All of the above in one language: templates take literals only."""

    statuses: Mapping[OrderStatus, Badge]
    pay_statuses: Mapping[PayStatus, Badge]
    lines: Mapping[LineState, Badge]
    carriers: Mapping[Carrier, str]


def words(locale: str) -> Words:
    _ = gettext_for(locale, "shop")
    return Words(
        statuses={key: badge._replace(label=_(badge.label)) for key, badge in STATUSES.items()},
        pay_statuses={key: badge._replace(label=_(badge.label)) for key, badge in PAY_STATUSES.items()},
        lines={key: badge._replace(label=_(badge.label)) for key, badge in LINES.items()},
        carriers={key: _(label) for key, label in CARRIERS.items()},
    )


def rate(basis_points: int) -> str:
    """1000 -> "10", 800 -> "8", 850 -> "8.5"."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)
