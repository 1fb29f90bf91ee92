"""Shares of sellers who have an account of their own: passed on after the sale, and back after a refund.

Separate transfers, one per order, after the money is here. Nothing leaves while payouts are stopped or a dispute
about the charge is open. What comes back of a refund is the same share of it.
"""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.contracts.orders import OrderCancelled, OrderPaid, OrderRefunded, Orders
from nakamise.contracts.payments import OpKind
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import Delivery, TenantCtx
from nakamise_payments import captures, providers, repository
from nakamise_payments.reconciler import payouts_stopped
from nakamise_payments.reversal import later
from nakamise_payments.schemas import Op, OpState
from nakamise_payments.settings import PaymentsSettings

REASON: Final = "sale"
_DUE: Final = (
    "SELECT s.order_id, s.subject, s.seller_id FROM payments_sale s WHERE s.op_id IS NULL"
    " AND s.created_at <= now() - $1 * interval '1 day' ORDER BY s.created_at LIMIT 100"
)


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """A row of payments_sale that was not passed on yet."""

    order_id: uuid.UUID
    subject: uuid.UUID
    seller_id: uuid.UUID


def share_of(charged: int, returned: int, fee_bp: int) -> int:
    """What the seller gets in all of ``charged`` after ``returned`` went back; the fee is rounded down."""
    left = charged - returned
    return left - left * fee_bp // 10_000


async def on_order_paid(ctx: TenantCtx, event: OrderPaid, delivery: Delivery) -> None:
    if not any(found.pays_sellers for found in providers.providers(ctx).values()):
        return
    async with ctx.begin() as tx:
        if await delivery.first_time(tx):
            await tx.execute(
                "INSERT INTO payments_sale (order_id, subject, seller_id) VALUES ($1, $2, $3)"
                " ON CONFLICT (order_id) DO NOTHING",
                *(event.order_id, event.purchase_id, event.shop_id),
            )


async def on_order_refunded(ctx: TenantCtx, event: OrderRefunded, delivery: Delivery) -> None:
    async with ctx.begin() as tx:
        if await delivery.first_time(tx):
            await _adjust(ctx, tx, event.order_id)


async def on_order_cancelled(ctx: TenantCtx, event: OrderCancelled, delivery: Delivery) -> None:
    async with ctx.begin() as tx:
        if await delivery.first_time(tx):
            await _adjust(ctx, tx, event.order_id)


async def pay_due(ctx: TenantCtx) -> None:
    """Every five minutes: what was sold long enough ago, each sale in a transaction of its own."""
    async with ctx.read() as tx:
        if await payouts_stopped(tx):
            return
        due = await tx.all(Sale, _DUE, ctx.settings(PaymentsSettings).transfer_after_days)
    for sale in due:
        async with ctx.begin() as tx:
            await _pay(ctx, tx, sale)


async def _pay(ctx: TenantCtx, tx: Tx, sale: Sale) -> None:
    charge = await captures.charge_of(tx, sale.subject)
    if charge is None or charge.state is not OpState.SUCCEEDED or charge.is_disputed:
        return
    found = providers.providers(ctx).get(charge.provider_id)
    if found is None or not await found.seller_ready(tx, sale.seller_id):
        return
    amount = await _share(ctx, tx, sale.order_id)
    if amount <= 0 or await tx.value(
        "SELECT op_id FROM payments_sale WHERE order_id = $1 FOR UPDATE", sale.order_id
    ):
        return
    op_id = await repository.insert_child(
        tx, OpKind.TRANSFER, charge, amount, REASON, str(sale.order_id), seller_id=sale.seller_id
    )
    await tx.execute("UPDATE payments_sale SET op_id = $2 WHERE order_id = $1", sale.order_id, op_id)
    if op_id is not None:
        await later(ctx, tx, op_id)


async def _share(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> int:
    orders = ctx.optional_service(Orders)
    if orders is None:
        return 0
    order = await orders.get(tx, order_id)
    is_over = order.state in ("cancelled", "expired", "refunded")
    returned = order.charge if is_over else sum(refund.cash for refund in order.refunds)
    return share_of(order.charge, returned, ctx.settings(PaymentsSettings).seller_fee)


async def _adjust(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> None:
    """What the seller got too much comes back."""
    op_id = await tx.value("SELECT op_id FROM payments_sale WHERE order_id = $1 FOR UPDATE", order_id)
    if op_id is None:
        return
    transfer: Op = await repository.lock(tx, op_id)
    excess = transfer.amount - transfer.reversed - await _share(ctx, tx, order_id)
    if excess <= 0 or transfer.state in (OpState.FAILED, OpState.CANCELED):
        return
    too_much = Conflict("The reversal does not fit its transfer.", domain="payments")
    await repository.take_from_transfer(tx, too_much, transfer.id, excess)
    reversal = await repository.insert_child(
        tx, OpKind.REVERSAL, transfer, excess, REASON, str(order_id), seller_id=transfer.seller_id
    )
    if reversal is not None:
        await later(ctx, tx, reversal)
