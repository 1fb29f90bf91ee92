"""What a coupon is limited to must be there: an id that nobody has would make a coupon that never counts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from nakamise.contracts.catalog import Catalog
from nakamise.contracts.live import LiveOffers
from nakamise.db import Tx
from nakamise.errors import FieldError
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_coupons.schemas import CouponInput, StaffCoupon
from nakamise_coupons.words import DOMAIN


async def unknown(
    ctx: TenantCtx, tx: Tx, given: CouponInput, before: StaffCoupon | None = None
) -> dict[str, FieldError]:
    """By field. What the coupon had ``before`` may stay, though it is gone by now."""
    faults: dict[str, FieldError] = {}
    products = _new(given.product_ids, before.product_ids if before else ())
    if gone := products - set(await ctx.service(Catalog).facts(tx, sorted(products))) if products else set():
        faults["product_ids"] = _fault(N_("There is no such product: %(id)s"), gone)
    categories = _new(given.category_ids, before.category_ids if before else ())
    shops = _new(given.shop_ids, before.shop_ids if before else ())
    if categories or shops:
        choices = await ctx.service(Catalog).choices(tx)
        if gone := categories - {id_ for id_, _ in choices.categories}:
            faults["category_ids"] = _fault(N_("There is no such category: %(id)s"), gone)
        if gone := shops - {id_ for id_, _ in choices.shops}:
            faults["shop_ids"] = _fault(N_("There is no such shop: %(id)s"), gone)
    if given.broadcast_id and not await _is_broadcast(ctx, tx, given.broadcast_id, before):
        faults["broadcast_id"] = _fault(N_("There is no such broadcast: %(id)s"), {given.broadcast_id})
    return faults


def _new(given: Iterable[uuid.UUID], before: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    return set(given) - set(before)


async def _is_broadcast(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, before: StaffCoupon | None) -> bool:
    if before is not None and before.broadcast_id == broadcast_id:
        return True
    live = ctx.optional_service(LiveOffers)
    return live is not None and broadcast_id in await live.named(tx, [broadcast_id])


def _fault(message: str, gone: set[uuid.UUID]) -> FieldError:
    return FieldError(message, domain=DOMAIN, id=str(min(gone)))
