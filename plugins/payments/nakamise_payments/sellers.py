"""Shares of sellers who have an account of their own: passed on after the sale, and back after a refund.

Separate transfers, one per order, after the money is here. Nothing leaves while payouts are stopped or a dispute
about the charge is open. What comes back of a refund is the same share of it. Where the site bears a reduction, the
shop's share is that of the price without it; what the charge cannot give of that comes from the site's own balance.
The fee is the one of the sale's time, and goes with the sale.
"""

from __future__ import annotations

import logging
import uuid
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderCancelled, OrderPaid, OrderRefunded, Orders
from nakamise.contracts.payments import OpKind
from nakamise.db import Tx
from nakamise.plugin import Delivery, TenantCtx
from nakamise_payments import captures, older, providers, repository, shares
from nakamise_payments.reconciler import payouts_stopped
from nakamise_payments.reversal import later
from nakamise_payments.schemas import OpState
from nakamise_payments.settings import PaymentsSettings
from nakamise_payments.shares import REASON

log: Final = logging.getLogger("nakamise.payments")
BATCH: Final = 100
_FIRST: Final = uuid.UUID(int=0)
# By order, so that sales that have to wait, e.g. of sellers without an account, hold up nobody.
_DUE: Final = (
    "SELECT s.order_id, s.subject, s.seller_id FROM payments_sale s WHERE s.op_id IS NULL"
    " AND s.by_hand IS NULL AND s.done_at IS NULL"
    " AND s.created_at <= now() - $1 * interval '1 day' AND s.order_id > $2 ORDER BY s.order_id LIMIT $3"
)


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """A row of payments_sale that was not passed on yet."""

    order_id: uuid.UUID
    subject: uuid.UUID
    seller_id: uuid.UUID


async def on_order_paid(ctx: TenantCtx, event: OrderPaid, delivery: Delivery) -> None:
    if not any(found.pays_sellers for found in providers.providers(ctx).values()):
        return
    async with ctx.begin() as tx:
        if await delivery.first_time(tx):
            await tx.execute(
                "INSERT INTO payments_sale (order_id, subject, seller_id, fee_bp) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (order_id) DO NOTHING",
                *(event.order_id, event.purchase_id, event.shop_id),
                ctx.settings(PaymentsSettings).seller_fee,
            )


async def on_order_refunded(ctx: TenantCtx, event: OrderRefunded, delivery: Delivery) -> None:
    async with ctx.begin() as tx:
        if await delivery.first_time(tx):
            await shares.adjust(ctx, tx, event.order_id)


async def on_order_cancelled(ctx: TenantCtx, event: OrderCancelled, delivery: Delivery) -> None:
    async with ctx.begin() as tx:
        if await delivery.first_time(tx):
            await shares.adjust(ctx, tx, event.order_id)


async def pay_due(ctx: TenantCtx) -> None:
    """Every five minutes: what was sold long enough ago, each sale in a transaction of its own. While the shop is off,
    nobody knows what is whose."""
    if ctx.optional_service(Orders) is None:
        return
    days, after = ctx.settings(PaymentsSettings).transfer_after_days, _FIRST
    async with ctx.begin() as tx:
        await older.fix_fees(ctx, tx)
        await older.note_paid(tx)
    while True:
        async with ctx.read() as tx:
            if await payouts_stopped(tx):
                return
            due = await tx.all(Sale, _DUE, days, after, BATCH)
        for sale in due:
            try:
                async with ctx.begin() as tx:
                    await pay(ctx, tx, sale)
            except Exception:
                # One that cannot be passed on must not keep the other sellers waiting.
                log.exception("the share of order %s cannot be passed on", sale.order_id)
        if len(due) < BATCH:
            return
        after = due[-1].order_id


async def pay(ctx: TenantCtx, tx: Tx, sale: Sale) -> None:
    """One share, when the money is here, nobody disputes it and the seller's account takes it; else later."""
    charge = await captures.charge_of(tx, sale.subject)
    if charge is None:
        await shares.leave_to_staff(ctx, tx, sale.order_id)
        return
    if charge.state is not OpState.SUCCEEDED or charge.is_disputed:
        return
    found = providers.providers(ctx).get(charge.provider_id)
    if found is None or not await found.seller_ready(tx, sale.seller_id):
        return
    # Held before it is reckoned: who makes it less meanwhile finds what was passed on.
    if await tx.value("SELECT op_id FROM payments_sale WHERE order_id = $1 FOR UPDATE", sale.order_id):
        return
    stand = await shares.share(ctx, tx, sale.order_id)
    if stand.share <= 0:
        await shares.nothing_left(ctx, tx, sale.order_id)
        return
    op_id = await repository.insert_child(
        tx, OpKind.TRANSFER, charge, stand.share, REASON, str(sale.order_id), seller_id=sale.seller_id
    )
    await tx.execute(
        "UPDATE payments_sale SET op_id = $2, borne = $3 WHERE order_id = $1",
        *(sale.order_id, op_id, stand.borne),
    )
    if op_id is not None:
        await later(ctx, tx, op_id)
