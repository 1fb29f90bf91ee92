"""Shipping fee of one shop's order."""

from __future__ import annotations

import msgspec


class ShippingRule(msgspec.Struct, frozen=True, kw_only=True):
    """A flat fee, tax-included; free when goods after coupons reach `free_from`, that amount included."""

    fee: int
    free_from: int | None = None


def shipping_fee(rule: ShippingRule, goods: int) -> int:
    """Fee for goods worth `goods` after coupons. Points and gift cards pay; they do not lower `goods`."""
    if rule.free_from is not None and goods >= rule.free_from:
        return 0
    return rule.fee
