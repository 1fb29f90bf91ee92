"""Shipping fee of one shop's order."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.shipping import ShippingTerms, ShippingTier

NOTHING: Final = ShippingTier(0, 0)


class ShippingError(ValueError):
    """Terms that the contract forbids: the fault of whoever gave them."""


def flat(fee: int, free_from: int | None = None) -> ShippingTerms:
    """``fee`` everywhere; free when goods after discounts reach ``free_from``, that amount included."""
    tiers: tuple[ShippingTier, ...] = (ShippingTier(0, fee),)
    if free_from is not None:
        tiers = (NOTHING,) if free_from <= 0 else (*tiers, ShippingTier(free_from, 0))
    return ShippingTerms(tiers=tiers)


def carriage(terms: ShippingTerms, goods: int) -> int:
    """Fee without extras for goods worth `goods` after discounts; points and gift cards pay, they do not lower it.

    Raises ShippingError for tiers that do not ascend from 0, and for a negative amount.
    """
    check(terms)
    return [tier.fee for tier in terms.tiers if tier.from_goods <= goods][-1] + terms.surcharge


def extras_sum(terms: ShippingTerms) -> int:
    return sum(extra.amount for extra in terms.extras)


def free_from(terms: ShippingTerms, goods: int) -> int | None:
    """What the goods must be worth for a free carriage; None when it is free already or never."""
    if terms.surcharge or carriage(terms, goods) == 0:
        return None
    return next((tier.from_goods for tier in terms.tiers if tier.fee == 0 and tier.from_goods > goods), None)


def check(terms: ShippingTerms) -> None:
    """Raises ShippingError."""
    starts = [tier.from_goods for tier in terms.tiers]
    if not starts or starts[0] != 0 or starts != sorted(set(starts)):
        raise ShippingError(f"tiers ascend from 0, not {starts}")
    amounts = [terms.surcharge, *(tier.fee for tier in terms.tiers), *(one.amount for one in terms.extras)]
    if min(amounts) < 0:
        raise ShippingError("a shipping fee cannot be negative")
