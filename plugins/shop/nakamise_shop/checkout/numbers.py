"""Order numbers, dated in the tenant's zone by the transaction's own time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop.checkout.repository import SellingShop, next_number
from nakamise_shop.domain.order_number import order_day, order_number


async def numbers_for(
    ctx: TenantCtx, tx: Tx, shops: Sequence[SellingShop], at: datetime
) -> dict[uuid.UUID, str]:
    """One number per shop. Counters are taken in the order of their prefixes, so that two purchases never
    wait for each other."""
    day = order_day(at, ctx.tenant.zone)
    found = {}
    for shop in sorted(shops, key=lambda one: one.order_number_prefix):
        sequence = await next_number(tx, shop.order_number_prefix, day)
        found[shop.id] = order_number(shop.order_number_prefix, day, sequence)
    return found
