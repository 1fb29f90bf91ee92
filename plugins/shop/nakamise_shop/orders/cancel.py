"""Cancelling an order: state, stock, what plugins took and the money, in one transaction.

An unpaid purchase has one payment for all its orders, so it is cancelled as a whole; a paid one by order.
"""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.contracts.checkout import OrderRef, RevertReason
from nakamise.contracts.payments import Payments
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.checkout import idempotency, repository, stock
from nakamise_shop.checkout.repository import OrderHead
from nakamise_shop.orders import announce, timeline
from nakamise_shop.orders import repository as reading
from nakamise_shop.orders.schemas import Cancelled, OrderHeader
from nakamise_shop.orders.service import may_cancel
from nakamise_shop.orders.timeline import Happened

ACT: Final = "cancel"
BUYER: Final = "buyer"


class _Request(msgspec.Struct, frozen=True):
    number: str


async def cancel(ctx: TenantCtx, number: str, key: str) -> Cancelled:
    """By the buyer; the same ``key`` is the same act. Raises NotFound, and Conflict when it is too late."""
    buyer_id = ctx.require_user()
    async with ctx.begin() as tx:
        known = await idempotency.claim(tx, buyer_id, key, idempotency.fingerprint_of(ACT, _Request(number)))
        if known is not None:
            return msgspec.convert(known, Cancelled)
        found = await reading.header_by_number(tx, number)
        if found is None or found.buyer_id != buyer_id:
            raise NotFound
        orders, refund = await _cancel(ctx, tx, found)
        done = Cancelled(sorted(order.number for order in orders), refund)
        await idempotency.finish(tx, buyer_id, key, 200, done)
        await stock.release(tx, await repository.wants_of_orders(tx, [order.id for order in orders]))
        return done


async def _cancel(ctx: TenantCtx, tx: Tx, found: OrderHeader) -> tuple[list[OrderHead], int]:
    """The orders that were cancelled, and what goes back."""
    payments = ctx.service(Payments)
    await payments.lock(tx, found.purchase_id)
    await repository.lock_purchase(tx, found.purchase_id)
    await _check(ctx, tx, found.id)
    refund = 0
    if await repository.move_purchase(tx, found.purchase_id, ("pending",), "cancelled"):
        orders = await repository.move_orders(tx, found.purchase_id, ("pending",), "cancelled")
        await payments.give_back(tx, found.purchase_id, 0, BUYER)
    else:
        orders = [_head(found)]
        refund = found.charge
        if not await repository.move_order(tx, found.id, ("paid",), "cancelled"):
            raise _too_late()
        if refund:
            await payments.give_back(tx, found.purchase_id, refund, BUYER, reference=str(found.id))
    await _tell(ctx, tx, orders)
    return orders, refund


async def _check(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> None:
    """Against what is true under the lock. Raises Conflict."""
    await tx.value("SELECT id FROM shop_order WHERE id = $1 FOR UPDATE", order_id)
    now = await reading.header_by_id(tx, order_id)
    lines = await reading.lines_of(tx, order_id)
    if now is None or not may_cancel(ctx, now.state, lines):
        raise _too_late()


def _too_late() -> Conflict:
    return Conflict(N_("This order can no longer be cancelled."), code="not_cancellable", domain="shop")


async def _tell(ctx: TenantCtx, tx: Tx, orders: list[OrderHead]) -> None:
    await timeline.note(ctx, tx, [order.id for order in orders], Happened.CANCELLED, reason=BUYER)
    await announce.cancelled(ctx, tx, orders, BUYER)
    for order in orders:
        ref = OrderRef(order.id, order.purchase_id, order.number)
        await ctx.lineup.call("checkout_revert", ctx=ctx, tx=tx, order=ref, why=RevertReason.CANCELLED)


def _head(order: OrderHeader) -> OrderHead:
    return OrderHead(**{name: getattr(order, name) for name in OrderHead.__struct_fields__})
