"""Sentences of the checkout's pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from nakamise.web import N_, yen
from nakamise_shop.checkout.confirmed import Change, ChangeKind

_CHANGES: Final[Mapping[ChangeKind, str]] = {
    ChangeKind.PRICE: N_("%(name)s: the price changed from %(before)s to %(now)s."),
    ChangeKind.QUANTITY: N_("%(name)s: the quantity changed from %(before)s to %(now)s."),
    ChangeKind.GONE: N_("%(name)s is no longer in your order."),
    ChangeKind.ADDED: N_("%(name)s was added to your order."),
    ChangeKind.SHIPPING: N_("Shipping changed from %(before)s to %(now)s."),
    ChangeKind.TOTAL: N_("The total changed from %(before)s to %(now)s."),
    ChangeKind.ADDRESS: N_("The delivery address changed."),
    ChangeKind.INPUTS: N_(
        "What you chose for this order changed (delivery date, wrapping, coupon and so on)."
    ),
}


def change_text(_: Callable[..., str], change: Change) -> str:
    show = str if change.kind is ChangeKind.QUANTITY else yen
    return _(_CHANGES[change.kind], name=change.name, before=show(change.before), now=show(change.now))
