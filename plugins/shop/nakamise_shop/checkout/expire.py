"""Unpaid purchases whose time is over give everything back."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.contracts.checkout import RevertReason
from nakamise.contracts.payments import Payments
from nakamise.plugin import TenantCtx
from nakamise_shop.checkout import repository, stock
from nakamise_shop.orders import announce, timeline
from nakamise_shop.orders.timeline import Happened

BATCH: Final = 100
REASON: Final = "expired"


async def expire_due(ctx: TenantCtx) -> None:
    """Every minute; each purchase in a transaction of its own."""
    async with ctx.read() as tx:
        due = await repository.due_purchases(tx, BATCH)
    for purchase_id in due:
        await expire(ctx, purchase_id)


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
