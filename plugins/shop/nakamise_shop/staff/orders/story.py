"""An order's timeline in words."""

from __future__ import annotations

from typing import Any, Final

from nakamise.plugin import TenantCtx
from nakamise.web import N_, yen
from nakamise_shop.orders.labels import NO_MONEY, RELEASED, RESERVED, happened
from nakamise_shop.orders.schemas import Order
from nakamise_shop.orders.timeline import OrderNote
from nakamise_shop.staff.text import CARRIERS, words

_TITLES: Final = {
    "placed": N_("Order placed"),
    "paid": N_("Paid"),
    RESERVED: N_("Payment authorised, not taken yet"),
    "captured": N_("Reserved amount taken"),
    "processing": N_("Processing started"),
    "shipped": N_("Shipped"),
    "delivered": N_("Delivered"),
    "cancelled": N_("Cancelled"),
    "expired": N_("Not paid in time"),
    "refunding": N_("Refund under way"),
    "refunded": N_("Refunded"),
    RELEASED: N_("Reserved amount let go"),
    NO_MONEY: N_("Not charged"),
    "refund_failed": N_("The refund did not arrive: see the payments"),
    "replaced": N_("Replacement sent"),
    "renumbered": N_("Tracking number changed"),
    "changed": N_("Delivery details changed"),
    "closed": N_("Completed: the return window is over"),
    "disputed": N_("The buyer disputes the payment"),
    "dispute_won": N_("Dispute won"),
    "dispute_lost": N_("Dispute lost: the money went back to the buyer"),
}
_REASONS: Final = {
    "buyer": N_("by the buyer"),
    "staff": N_("by the shop"),
    "expired": N_("not paid in time"),
    "lapsed": N_("payment not taken in time"),
}


# Another address: is it dearer to send there?
_CARRIAGE: Final = {
    True: N_("Shipping there costs %(amount)s more; the order's amount stays."),
    False: N_("Shipping there costs %(amount)s less; the order's amount stays."),
}
_UNTAKEN: Final = N_("%(amount)s had not been taken at the payment provider, so it does not go back")


def story_of(ctx: TenantCtx, order: Order) -> list[dict[str, Any]]:
    """For ``ui.timeline``: the newest is what holds now."""
    last = len(order.timeline) - 1
    return [
        {
            "title": happened(ctx.locale, note, _TITLES),
            "at": note.at,
            "state": "now" if index == last else "done",
            "text": " · ".join(part for part in _details(ctx, note) if part),
        }
        for index, note in enumerate(order.timeline)
    ]


def _details(ctx: TenantCtx, note: OrderNote) -> list[str]:
    _ = words(ctx)
    data = note.data
    found = []
    if isinstance(lines := data.get("lines"), list):
        found.append(_("Line %(numbers)s", numbers=", ".join(str(number) for number in lines)))
    if carrier := data.get("carrier"):
        found.append(f"{_(CARRIERS.get(str(carrier), str(carrier)))} {data.get('tracking_number', '')}")
    if isinstance(more := data.get("difference"), int) and more:
        found.append(_(_CARRIAGE[more > 0], amount=yen(abs(more))))
    if isinstance(amount := data.get("amount"), int) and amount:
        found.append(yen(amount))
    if isinstance(missing := data.get("untaken"), int):
        found.append(_(_UNTAKEN, amount=yen(missing)))
    if reason := data.get("reason"):
        found.append(_(_REASONS.get(str(reason), str(reason))))
    return [*found, note.words, note.actor_name]
