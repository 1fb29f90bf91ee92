"""How much of an order is its seller's, and the way back of what was passed on too much."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.contracts.orders import Orders
from nakamise.contracts.payments import OpKind
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise_payments import repository
from nakamise_payments.reversal import later
from nakamise_payments.schemas import Op, OpState
from nakamise_payments.settings import PaymentsSettings

REASON: Final = "sale"


def share_of(charged: int, returned: int, fee_bp: int) -> int:
    """What the seller gets in all of ``charged`` after ``returned`` went back; the fee is rounded down."""
    left = charged - returned
    return left - left * fee_bp // 10_000


async def share(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> int:
    """What of an order is the seller's as it stands now."""
    orders = ctx.optional_service(Orders)
    if orders is None:
        return 0
    order = await orders.get(tx, order_id)
    # Refunded without a refund: it was cancelled. With refunds, something may have been kept back.
    is_over = order.state in ("cancelled", "expired") or (order.state == "refunded" and not order.refunds)
    returned = order.charge if is_over else sum(refund.cash for refund in order.refunds)
    return share_of(order.charge, returned, ctx.settings(PaymentsSettings).seller_fee)


async def adjust(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> None:
    """What the seller got too much comes back; the same again changes nothing."""
    op_id = await tx.value("SELECT op_id FROM payments_sale WHERE order_id = $1 FOR UPDATE", order_id)
    if op_id is None:
        return
    transfer: Op = await repository.lock(tx, op_id)
    excess = transfer.amount - transfer.reversed - await share(ctx, tx, order_id)
    if excess <= 0 or transfer.state in (OpState.FAILED, OpState.CANCELED):
        return
    too_much = Conflict("The reversal does not fit its transfer.", domain="payments")
    await repository.take_from_transfer(tx, too_much, transfer.id, excess)
    reversal = await repository.insert_child(
        tx, OpKind.REVERSAL, transfer, excess, REASON, str(order_id), seller_id=transfer.seller_id
    )
    if reversal is not None:
        await later(ctx, tx, reversal)
