"""What the version before does not write of a sale: made up for, because both run beside each other in a release."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.orders import Orders
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_payments import short
from nakamise_payments.settings import PaymentsSettings

# As migration 0008, for what was noted since. Noted as ¥0, nothing was paid.
_PAID: Final = """
UPDATE payments_sale s SET paid_by_hand = s.by_hand
WHERE s.by_hand IS NOT NULL AND s.done_at IS NOT NULL AND s.paid_by_hand = 0 AND ($1::uuid IS NULL OR s.order_id = $1)
AND EXISTS (SELECT 1 FROM core_audit a WHERE a.act = 'payments.share_paid' AND a.subject = s.order_id::text
    AND a.detail ->> 'amount' IS DISTINCT FROM '0')
"""
_WITHOUT_FEE: Final = """
SELECT s.subject, s.borne, o.amount, o.created_at AS at
FROM payments_sale s LEFT JOIN payments_op o ON o.id = s.op_id WHERE s.order_id = $1 AND s.fee_bp IS NULL
"""


class _Passed(msgspec.Struct, frozen=True, kw_only=True):
    """``amount`` and ``at``: of the transfer, if there is one."""

    subject: uuid.UUID
    borne: int
    amount: int | None
    at: datetime | None


async def note_paid(tx: Tx, order_id: uuid.UUID | None = None) -> None:
    """What staff paid by hand and noted; of one order, or of all."""
    await tx.execute(_PAID, order_id)


async def fix_fees(ctx: TenantCtx, tx: Tx) -> None:
    """Of sales that were not passed on yet: the fee of today is the nearest to what was agreed."""
    await tx.execute(
        "UPDATE payments_sale SET fee_bp = $1 WHERE fee_bp IS NULL AND op_id IS NULL",
        ctx.settings(PaymentsSettings).seller_fee,
    )


async def fix_fee(ctx: TenantCtx, tx: Tx, orders: Orders, order_id: uuid.UUID) -> None:
    """Of one sale. What was passed on says which fee it was; that of today where it does not, because something had
    gone back or had not been taken."""
    passed = await tx.first(_Passed, _WITHOUT_FEE, order_id)
    if passed is None:
        return
    fee_bp = ctx.settings(PaymentsSettings).seller_fee
    if passed.amount is not None and passed.at is not None:
        order = await orders.get(tx, order_id)
        is_whole = all(refund.at > passed.at for refund in order.refunds)
        if is_whole and not await short.is_short(tx, passed.subject):
            fee_bp = fee_of(order.charge + passed.borne, passed.amount, fee_bp)
    await tx.execute(
        "UPDATE payments_sale SET fee_bp = $2 WHERE order_id = $1 AND fee_bp IS NULL", order_id, fee_bp
    )


def fee_of(whole: int, passed: int, today_bp: int) -> int:
    """The fee that left ``passed`` of ``whole``, rounded as fees are; ``today_bp`` where it did, or where none did."""
    fee = whole - passed
    if not 0 <= fee <= whole or whole == 0 or whole * today_bp // 10_000 == fee:
        return today_bp
    fee_bp = -(-fee * 10_000 // whole)
    return fee_bp if whole * fee_bp // 10_000 == fee else today_bp
