"""Lists of orders."""

from __future__ import annotations

from typing import Final

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop import scope
from nakamise_shop.domain.order_state import OrderStatus
from nakamise_shop.staff.orders import repository
from nakamise_shop.staff.orders.schemas import StaffOrderFilter, StaffOrderLines

PAGE_SIZE: Final = 30


async def order_lines(ctx: TenantCtx, tx: Tx, wanted: StaffOrderFilter) -> StaffOrderLines:
    shops = await scope.shops_of(ctx, tx)
    found = await repository.counts(tx, wanted, ctx.tenant.zone, shops)
    counts = {status.value: found.get(status.value, 0) for status in OrderStatus}
    offset = (wanted.page - 1) * PAGE_SIZE
    return StaffOrderLines(
        items=await repository.lines(tx, wanted, ctx.tenant.zone, shops, PAGE_SIZE, offset),
        counts=counts,
        total=counts[wanted.status] if wanted.status else sum(counts.values()),
        page=wanted.page,
        page_size=PAGE_SIZE,
    )
