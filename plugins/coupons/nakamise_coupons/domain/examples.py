"""What a coupon takes off some amounts of goods, for staff who want to see it before buyers do."""

from __future__ import annotations

from typing import Final

import msgspec

from nakamise_coupons.domain.rules import Terms

_USUAL: Final = (1000, 3000, 5000, 10_000, 30_000)


class Example(msgspec.Struct, frozen=True):
    """``taken`` off goods worth ``goods``; 0 = below the minimum."""

    goods: int
    taken: int


def examples(coupon: Terms) -> list[Example]:
    """Around its minimum, and for usual amounts; none for free shipping, which is what each shop charges."""
    if coupon.kind == "free_shipping":
        return []
    least = coupon.min_goods
    around = [least - 1, least] if least > 1 else []
    amounts = sorted({*around, *(one for one in _USUAL if one > least)})
    return [Example(one, _taken(coupon, one)) for one in amounts[:5]]


def _taken(coupon: Terms, goods: int) -> int:
    if goods < coupon.min_goods:
        return 0
    if coupon.kind == "fixed":
        return min(coupon.amount or 0, goods)
    share = goods * (coupon.percent or 0) // 100
    return share if coupon.cap is None else min(share, coupon.cap)
