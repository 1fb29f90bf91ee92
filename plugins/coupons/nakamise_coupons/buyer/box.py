"""The box in the cart, and its line on the confirmation page."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

import msgspec

from nakamise.contracts.ui import CartSubject
from nakamise.db import Tx
from nakamise.plugin import Slot, TenantCtx
from nakamise_coupons.buyer import choosing
from nakamise_coupons.domain import codes


async def context(
    ctx: TenantCtx, tx: Tx, slot: Slot, subject: msgspec.Struct | None
) -> Mapping[str, object] | None:
    if not isinstance(subject, CartSubject) or subject.quote is None:
        return None
    coupon = await choosing.of_cart(ctx, tx, subject.quote)
    if slot is Slot.CHECKOUT_SUMMARY and not coupon.code:
        return None
    typed = codes.normal(parse_qs(ctx.http.query).get("coupon", [""])[0])[:40]
    return {"coupon": coupon, "typed": typed}
