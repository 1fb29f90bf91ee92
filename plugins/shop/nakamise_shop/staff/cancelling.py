"""Cancelling by the shop, with a reason that the buyer is told."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.contracts.checkout import OrderRef, RevertReason
from nakamise.contracts.payments import Payments
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.checkout import repository, stock
from nakamise_shop.checkout.repository import OrderHead
from nakamise_shop.orders import announce, timeline
from nakamise_shop.orders.schemas import Order
from nakamise_shop.orders.service import order_by_id
from nakamise_shop.orders.timeline import Happened

BY: Final = "staff"


def may_be_cancelled(order: Order) -> bool:
    """Until the first parcel left, whatever buyers may."""
    sent = any(line.fulfil_state in ("shipped", "delivered", "returned") for line in order.lines)
    return order.header.state in ("pending", "paid") and not sent


async def cancel(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, reason: str) -> list[OrderHead]:
    """An unpaid purchase as a whole, a paid one by order: its stock and its money go back.

    Locks as everywhere: payments, purchase, order, stock. Raises NotFound, and Conflict when it is too late.
    """
    payments = ctx.service(Payments)
    purchase_id = (await order_by_id(ctx, tx, order_id)).header.purchase_id
    await payments.lock(tx, purchase_id)
    await repository.lock_purchase(tx, purchase_id)
    await tx.value("SELECT id FROM shop_order WHERE id = $1 FOR UPDATE", order_id)
    order = await order_by_id(ctx, tx, order_id)
    if not may_be_cancelled(order):
        raise _too_late()
    if await repository.move_purchase(tx, purchase_id, ("pending",), "cancelled"):
        ended = await repository.move_orders(tx, purchase_id, ("pending",), "cancelled")
        await payments.give_back(tx, purchase_id, 0, BY)
    else:
        ended = [await _give_back(ctx, tx, order)]
    await _tell(ctx, tx, ended, reason)
    await stock.release(tx, await repository.wants_of_orders(tx, [one.id for one in ended]))
    return ended


def _too_late() -> Conflict:
    return Conflict(N_("This order can no longer be cancelled."), code="not_cancellable", domain="shop")


async def _give_back(ctx: TenantCtx, tx: Tx, order: Order) -> OrderHead:
    head = order.header
    if not await repository.move_order(tx, head.id, ("paid",), "cancelled"):
        raise _too_late()
    if head.charge:
        payments = ctx.service(Payments)
        await payments.give_back(tx, head.purchase_id, head.charge, BY, reference=str(head.id))
    return OrderHead(**{name: getattr(head, name) for name in OrderHead.__struct_fields__})


async def _tell(ctx: TenantCtx, tx: Tx, orders: list[OrderHead], reason: str) -> None:
    await timeline.note(ctx, tx, [order.id for order in orders], Happened.CANCELLED, reason=BY, words=reason)
    await announce.cancelled(ctx, tx, orders, BY)
    for order in orders:
        ref = OrderRef(order.id, order.purchase_id, order.number)
        await ctx.lineup.call("checkout_revert", ctx=ctx, tx=tx, order=ref, why=RevertReason.CANCELLED)
        await ctx.audit(tx, "shop.order_cancelled", str(order.id), reason=reason)
