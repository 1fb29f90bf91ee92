"""Cancelling an order: state, stock, what plugins took and the money, in one transaction.

An unpaid purchase has one payment for all its orders, so it is cancelled as a whole; a paid one by order. Of an order
of which a part went back already, cancelling refunds the rest.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from nakamise.contracts.checkout import RevertReason
from nakamise.contracts.payments import Payments
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.checkout import idempotency, repository, stock
from nakamise_shop.domain.order_state import OrderState, OrderStatus, is_cancellable
from nakamise_shop.orders import announce, refunding, timeline, untaken
from nakamise_shop.orders import repository as reading
from nakamise_shop.orders.schemas import Cancelled, Order, OrderHead, OrderHeader
from nakamise_shop.orders.service import allowed_to_buyer
from nakamise_shop.orders.timeline import Happened

ACT: Final = "cancel"
# Whatever buyers may: only a line that was sent stops the shop.
_ALLOWED_TO_STAFF: Final = frozenset(OrderStatus)


class _Request(msgspec.Struct, frozen=True):
    number: str


class _Canceller(msgspec.Struct, frozen=True, kw_only=True):
    """``by`` may cancel in the statuses ``allowed``; ``words`` is the reason that the buyer is told."""

    by: str
    allowed: Collection[OrderStatus]
    words: str = ""

    @property
    def data(self) -> dict[str, object]:
        """What the timeline keeps."""
        return {"reason": self.by, "words": self.words} if self.words else {"reason": self.by}


async def cancel(ctx: TenantCtx, number: str, key: str) -> Cancelled:
    """By the buyer; the same ``key`` is the same act. Raises NotFound, and Conflict when it is too late."""
    buyer_id = ctx.require_user()
    who = _Canceller(by="buyer", allowed=allowed_to_buyer(ctx))
    async with ctx.begin() as tx:
        known = await idempotency.claim(tx, buyer_id, key, idempotency.fingerprint_of(ACT, _Request(number)))
        if known is not None:
            return msgspec.convert(known, Cancelled)
        found = await reading.header_by_number(tx, number)
        if found is None or found.buyer_id != buyer_id:
            raise NotFound
        orders, refund = await _cancel(ctx, tx, found, who)
        done = Cancelled(sorted(order.number for order in orders), refund)
        await idempotency.finish(tx, buyer_id, key, 200, done)
        return done


async def cancel_as_staff(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, reason: str) -> None:
    """Raises NotFound, and Conflict when it is too late."""
    await scope.check_order(ctx, tx, order_id)
    found = await reading.header_by_id(tx, order_id)
    if found is None:
        raise NotFound
    who = _Canceller(by="staff", allowed=_ALLOWED_TO_STAFF, words=reason)
    orders, refund = await _cancel(ctx, tx, found, who)
    for order in orders:
        await ctx.audit(tx, "shop.order_cancelled", str(order.id), reason=reason, refund=refund)


def staff_may_cancel(order: Order) -> bool:
    """Until the first parcel left."""
    states = [line.fulfil_state for line in order.lines if line.counts]
    return is_cancellable(order.header.state, states, _ALLOWED_TO_STAFF)


async def _cancel(
    ctx: TenantCtx, tx: Tx, found: OrderHeader, who: _Canceller
) -> tuple[Sequence[OrderHead], int]:
    """The orders that were cancelled, and what comes to the buyer: never more than was taken.

    Locks as everywhere: payments, purchase, order, and the stock, which others wait for, at the end.
    """
    payments = ctx.service(Payments)
    held = await payments.lock(tx, found.purchase_id)
    await repository.lock_purchase(tx, found.purchase_id)
    now = await _check(tx, found.id, who.allowed)
    if now.state is OrderState.PART_REFUNDED:
        return [found], await _give_back_rest(ctx, tx, now, who)
    orders: Sequence[OrderHead]
    refund = missing = 0
    if await repository.move_purchase(tx, found.purchase_id, ("pending",), "cancelled"):
        orders = await repository.move_orders(tx, found.purchase_id, ("pending",), "cancelled")
        await payments.give_back(tx, found.purchase_id, 0, who.by)
    else:
        orders = [found]
        missing = untaken.missing_of(found.charge, held)
        refund = found.charge - missing
        going = min(found.charge, untaken.left_of(held))
        if not await repository.move_order(tx, found.id, ("paid",), "cancelled"):
            raise _too_late()
        await untaken.note(tx, found.id, missing)
        if going:
            await payments.give_back(tx, found.purchase_id, going, who.by, reference=str(found.id))
        else:
            # No money moves, so nobody will say that it has arrived.
            await repository.move_order(tx, found.id, ("cancelled",), "refunded")
    await _tell(ctx, tx, orders, who, missing)
    await stock.release(tx, await repository.wants_of_orders(tx, [order.id for order in orders]))
    return orders, refund


async def _give_back_rest(ctx: TenantCtx, tx: Tx, order: OrderHeader, who: _Canceller) -> int:
    """What comes to the buyer. The refund tells everybody, and moves stock and money. The order ends as refunded; as
    refunded in part where something of an earlier refund had been kept back."""
    await timeline.note(ctx, tx, [order.id], Happened.CANCELLED, **who.data)
    done = await refunding.refund_rest(ctx, tx, order.id, who.words)
    return done.cash - done.untaken


async def _check(tx: Tx, order_id: uuid.UUID, allowed: Collection[OrderStatus]) -> OrderHeader:
    """The order as it is under its lock. Raises Conflict."""
    await tx.value("SELECT id FROM shop_order WHERE id = $1 FOR UPDATE", order_id)
    now = await reading.header_by_id(tx, order_id)
    lines = await reading.lines_of(tx, order_id)
    states = [line.fulfil_state for line in lines if line.counts]
    if now is None or not is_cancellable(now.state, states, allowed):
        raise _too_late()
    return now


def _too_late() -> Conflict:
    return Conflict(N_("This order can no longer be cancelled."), code="not_cancellable", domain="shop")


async def _tell(ctx: TenantCtx, tx: Tx, orders: Sequence[OrderHead], who: _Canceller, missing: int) -> None:
    data = who.data | ({"untaken": missing} if missing else {})
    await timeline.note(ctx, tx, [order.id for order in orders], Happened.CANCELLED, **data)
    await announce.cancelled(ctx, tx, orders, who.by)
    await announce.reverted(ctx, tx, orders, RevertReason.CANCELLED)
