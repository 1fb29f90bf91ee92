"""Unpaid purchases whose time is over give everything back."""

from __future__ import annotations

import logging
import uuid
from typing import Final

from nakamise.contracts.checkout import RevertReason
from nakamise.contracts.payments import Payments
from nakamise.plugin import TenantCtx
from nakamise_shop.checkout import repository, stock
from nakamise_shop.orders import announce, timeline
from nakamise_shop.orders.timeline import Happened

log: Final = logging.getLogger("nakamise.shop")
BATCH: Final = 100
REASON: Final = "expired"


async def expire_due(ctx: TenantCtx) -> None:
    """Every minute; each purchase in a transaction of its own. One that cannot expire is left for the next time, and
    those behind it go on."""
    due = await _due(ctx, None)
    while due:
        for one in due:
            await _try(ctx, one.id)
        due = await _due(ctx, due[-1])


async def _due(ctx: TenantCtx, after: repository.DuePurchase | None) -> list[repository.DuePurchase]:
    async with ctx.read() as tx:
        return await repository.due_purchases(tx, BATCH, after)


async def _try(ctx: TenantCtx, purchase_id: uuid.UUID) -> None:
    try:
        await expire(ctx, purchase_id)
    except Exception:
        log.exception("purchase %s cannot expire", purchase_id)


async def expire(ctx: TenantCtx, purchase_id: uuid.UUID) -> bool:
    """False when it was paid or ended in the meantime."""
    payments = ctx.service(Payments)
    async with ctx.begin() as tx:
        await payments.lock(tx, purchase_id)
        if not await repository.expire_purchase(tx, purchase_id):
            return False
        orders = await repository.move_orders(tx, purchase_id, ("pending",), "expired")
        await timeline.note(ctx, tx, [order.id for order in orders], Happened.EXPIRED)
        await announce.cancelled(ctx, tx, orders, REASON)
        await announce.reverted(ctx, tx, orders, RevertReason.EXPIRED)
        await payments.give_back(tx, purchase_id, 0, REASON)
        await stock.release(tx, await repository.wants_of_orders(tx, [order.id for order in orders]))
    return True
