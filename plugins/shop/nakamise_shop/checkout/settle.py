"""What follows when money arrived or went back: called inside the payment's own transaction."""

from __future__ import annotations

import logging
import uuid
from typing import Final

from nakamise.contracts.checkout import OrderDraft, OrderRef
from nakamise.contracts.payment_movements import DisputeState
from nakamise.contracts.payments import Payment, Payments, PaymentState, Refunded
from nakamise.db import Tx
from nakamise.errors import Problem
from nakamise.plugin import TenantCtx
from nakamise_shop.checkout import limits, repository, stock, turns
from nakamise_shop.checkout.schemas import Purchase, PurchaseState
from nakamise_shop.orders import announce, disputes, lapsing, timeline, untaken, waiting_mail
from nakamise_shop.orders.timeline import Happened

log: Final = logging.getLogger("nakamise.shop")
LATE: Final = "late"


class PurchasePayments:
    """The shop as owner of what is paid for."""

    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def payment_succeeded(self, tx: Tx, payment: Payment) -> None:
        purchase = await repository.lock_purchase(tx, payment.subject)
        if purchase is None:
            log.error("payment %s is for an unknown purchase %s", payment.id, payment.subject)
            return
        if purchase.state is PurchaseState.PENDING or (
            purchase.state is PurchaseState.EXPIRED and await _take_again(self._ctx, tx, purchase)
        ):
            await lapsing.note_held(tx, purchase.id, payment)
            await mark_paid(self._ctx, tx, purchase.id, reserved=payment.state is PaymentState.AUTHORIZED)
        elif purchase.state is not PurchaseState.PAID:
            await lapsing.note_held(tx, purchase.id, payment)
            if payment.state is PaymentState.AUTHORIZED:
                await untaken.note_unpaid(tx, purchase.id)
            # Less what was let go before the money came. Orders that lapsed stay as not charged: it was not to be
            # taken any more, and comes back whole.
            left = payment.amount.amount - payment.refunded
            if left:
                await self._ctx.service(Payments).give_back(tx, purchase.id, left, LATE)

    async def payment_waiting(self, tx: Tx, payment: Payment) -> None:
        """The hold lasts as long as the buyer may pay at a till; they are told how, once."""
        if payment.instructions is None:
            return
        is_longer = await tx.value(
            "UPDATE shop_purchase SET expires_at = $2, version = version + 1"
            " WHERE id = $1 AND state = 'pending' AND expires_at < $2 RETURNING true",
            *(payment.subject, payment.instructions.due_at),
        )
        if is_longer:
            await waiting_mail.send(self._ctx, tx, payment.subject, payment.instructions)

    async def payment_captured(self, tx: Tx, payment: Payment) -> None:
        await lapsing.note_held(tx, payment.subject, payment)
        ids = await repository.paid_orders(tx, payment.subject)
        await timeline.note(self._ctx, tx, ids, Happened.CAPTURED)

    async def payment_lapsed(self, tx: Tx, payment: Payment) -> None:
        await lapsing.lapse(self._ctx, tx, payment.subject)

    async def payment_disputed(self, tx: Tx, payment: Payment, state: DisputeState, amount: int) -> None:
        if state is DisputeState.OPEN:
            await disputes.opened(self._ctx, tx, payment.subject)
        elif state is DisputeState.WON:
            await disputes.won(self._ctx, tx, payment.subject)
        else:
            await disputes.lost(self._ctx, tx, payment.subject, amount, another_open=payment.is_disputed)

    async def payment_refunded(self, tx: Tx, refund: Refunded) -> None:
        ids = await _orders_of(tx, refund)
        for order_id in ids:
            await repository.move_order(tx, order_id, ("cancelled", "expired"), "refunded")
        await _note_waiting(tx, ids, refund)
        await timeline.note(self._ctx, tx, ids, Happened.REFUNDED, **_amount(refund))

    async def payment_refund_waits(self, tx: Tx, refund: Refunded, *, failed: bool) -> None:
        ids = await _orders_of(tx, refund)
        await _note_waiting(tx, ids, refund)
        if failed:
            await timeline.note(self._ctx, tx, ids, Happened.REFUND_FAILED, amount=refund.amount.amount)


def payment_subject(ctx: TenantCtx) -> PurchasePayments:
    return PurchasePayments(ctx)


def _amount(refund: Refunded) -> dict[str, object]:
    """``released``: it was reserved only, and is not taken."""
    amount = refund.amount.amount
    return {"amount": amount, "released": True} if refund.released else {"amount": amount}


async def _orders_of(tx: Tx, refund: Refunded) -> list[uuid.UUID]:
    """``reference`` names the order; without one the whole purchase came too late and goes back."""
    if refund.reference:
        return [uuid.UUID(refund.reference)]
    return [order.id for order in await repository.orders_in(tx, refund.subject)]


async def _note_waiting(tx: Tx, ids: list[uuid.UUID], refund: Refunded) -> None:
    await tx.execute(
        "UPDATE shop_order SET refund_waits = $2 WHERE id = ANY($1) AND refund_waits <> $2",
        *(ids, refund.waiting > 0),
    )


async def mark_paid(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID, *, reserved: bool = False) -> None:
    """Once: a purchase that is paid already is left alone. ``reserved``: the money is not taken yet."""
    if not await repository.move_purchase(tx, purchase_id, ("pending", "expired"), "paid"):
        return
    orders = await repository.move_orders(tx, purchase_id, ("pending", "expired"), "paid")
    told = {"reserved": True} if reserved else {}
    await timeline.note(ctx, tx, [order.id for order in orders], Happened.PAID, **told)
    await announce.paid(ctx, tx, orders)


async def _take_again(ctx: TenantCtx, tx: Tx, purchase: Purchase) -> bool:
    """Late money: take stock and what plugins took once more; False when it is gone by now."""
    orders = await repository.orders_in(tx, purchase.id)
    draft = OrderDraft(
        purchase_id=purchase.id,
        orders=tuple(OrderRef(order.id, purchase.id, order.number) for order in orders),
        buyer_id=purchase.buyer_id,
        currency=purchase.currency,
        quote=await repository.quote_of(tx, purchase.id),
    )
    try:
        async with tx.savepoint():
            await limits.take_again(tx, purchase.id, purchase.buyer_id)
            await turns.for_one(tx)
            await ctx.lineup.call("checkout_commit", ctx=ctx, tx=tx, order=draft)
            await stock.reserve(tx, await repository.wants_of_orders(tx, [order.id for order in orders]))
    except Problem as gone:
        log.warning("purchase %s was paid too late: %s", purchase.id, gone)
        return False
    return True
