"""The timeline as the page shows it: what happened, and what comes next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nakamise.web import N_, gettext_for, yen
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.domain.order_state import OrderStatus
from nakamise_shop.orders.labels import CARRIERS, HAPPENED, RELEASED, UNTAKEN, happened
from nakamise_shop.orders.schemas import Order
from nakamise_shop.orders.timeline import Happened, OrderNote

Say = Callable[..., str]
# What is still to come, by the status that the order has now.
_NEXT: Final = {
    OrderStatus.PENDING: (Happened.PAID, Happened.SHIPPED, Happened.DELIVERED),
    OrderStatus.CONFIRMED: (Happened.SHIPPED, Happened.DELIVERED),
    OrderStatus.PROCESSING: (Happened.SHIPPED, Happened.DELIVERED),
    OrderStatus.SHIPPED: (Happened.DELIVERED,),
}
_WITH_AMOUNT: Final = (Happened.REFUNDED, Happened.REFUNDING, Happened.REFUND_FAILED, Happened.DISPUTE_LOST)
_REASONS: Final = {"buyer": N_("Cancelled by you"), "staff": N_("Cancelled by the shop")}


def story(locale: str, order: Order) -> list[dict[str, object]]:
    """Items of ``ui.timeline``, oldest first."""
    _ = gettext_for(locale, "shop")
    told: list[dict[str, object]] = [
        {"title": happened(locale, note), "state": "done", "at": note.at, "text": _detail(_, note)}
        for note in order.timeline
        if not _was_told(order, note)
    ]
    if told:
        told[-1]["state"] = "now"
    coming = [kind for kind in _NEXT.get(order.status, ()) if not _is_whole(order, kind)]
    return told + [{"title": _(HAPPENED[kind]), "state": "next"} for kind in coming]


def _was_told(order: Order, note: OrderNote) -> bool:
    """What is let go at the provider the act itself has told already, as not charged."""
    amounts = [one.data.get("untaken") for one in order.timeline]
    return bool(note.data.get(RELEASED)) and note.data.get("amount") in amounts


def _is_whole(order: Order, kind: Happened) -> bool:
    """Whether every line has been through it."""
    done = {"shipped", "delivered"} if kind is Happened.SHIPPED else {"delivered"}
    return kind is not Happened.PAID and all(line.fulfil_state.value in done for line in order.lines)


def _detail(_: Say, note: OrderNote) -> str:
    """With what does not come back, for it was never charged."""
    missing = note.data.get("untaken")
    said = [_what(_, note), _(UNTAKEN, amount=yen(missing)) if isinstance(missing, int) else ""]
    return " – ".join(part for part in said if part)


def _what(_: Say, note: OrderNote) -> str:
    data = note.data
    if note.kind in (Happened.SHIPPED, Happened.RENUMBERED, Happened.REPLACED):
        carrier = _(CARRIERS[Carrier(str(data["carrier"]))])
        return _("%(carrier)s, tracking number %(n)s", carrier=carrier, n=data["tracking_number"])
    if note.kind in _WITH_AMOUNT and isinstance(data.get("amount"), int):
        amount = yen(int(str(data["amount"]))) if data["amount"] else ""
        return " – ".join(filter(None, [amount, note.words]))
    if note.kind == Happened.CANCELLED:
        said = _(_REASONS.get(str(data.get("reason")), ""))
        return f"{said} – {note.words}" if note.words else str(said)
    return ""
