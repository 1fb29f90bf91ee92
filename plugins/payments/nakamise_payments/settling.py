"""The one place where what a provider says becomes ours."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from typing import Final

from nakamise.contracts.payments import ChargeState, ChargeStatus, OpKind, PaymentSubject, Refunded
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise_payments import ledger, repository
from nakamise_payments.schemas import Op, OpState

log: Final = logging.getLogger("nakamise.payments")

_STATES: Final[Mapping[ChargeState, OpState]] = {
    ChargeState.REQUIRES_ACTION: OpState.REQUIRES_ACTION,
    ChargeState.PROCESSING: OpState.UNKNOWN,
    ChargeState.SUCCEEDED: OpState.SUCCEEDED,
    ChargeState.FAILED: OpState.FAILED,
    ChargeState.CANCELED: OpState.CANCELED,
}


async def apply(ctx: TenantCtx, op_id: uuid.UUID, status: ChargeStatus) -> Op:
    """Record ``status`` and everything that follows from it, once, in one transaction.

    Serves the submit, the return page, webhooks and the reconciler alike. A settled op stays as it is.
    """
    async with ctx.begin() as tx:
        op = await repository.lock(tx, op_id)
        if op.is_final:
            return op
        if status.amount != op.money:
            log.error("op %s: the provider says %s instead of %s", op.id, status.amount, op.money)
            await repository.try_again_later(tx, op.id)
            return op
        state = _STATES[status.state]
        if state is op.state:
            await repository.ask_again_later(tx, op.id)
            return op
        await repository.record(tx, op, state, status)
        await _follow(ctx, tx, op, state)
        return await repository.lock(tx, op_id)


async def note_silence(ctx: TenantCtx, op_id: uuid.UUID) -> Op:
    """No answer: unknown, and asked again later."""
    async with ctx.begin() as tx:
        op = await repository.lock(tx, op_id)
        if op.is_final:
            return op
        if op.state is OpState.REQUIRES_ACTION:
            await repository.ask_again_later(tx, op_id)
        else:
            await repository.try_again_later(tx, op_id)
        return await repository.lock(tx, op_id)


async def _follow(ctx: TenantCtx, tx: Tx, op: Op, state: OpState) -> None:
    if state is OpState.SUCCEEDED:
        await ledger.book(tx, op)
        await _tell(ctx, tx, op)
    elif op.kind is OpKind.REFUND and op.parent_id and state in (OpState.FAILED, OpState.CANCELED):
        log.error("refund %s of %s did not go through", op.id, op.money)
        broken = Conflict("The refund does not fit its charge.", domain="payments")
        await repository.put_back_on_charge(tx, broken, op.parent_id, op.amount)


async def _tell(ctx: TenantCtx, tx: Tx, op: Op) -> None:
    subject = ctx.optional_service(PaymentSubject)
    if subject is None:
        log.error("op %s succeeded, and nobody owns %s", op.id, op.subject)
        return
    if op.kind is OpKind.CHARGE:
        settled = await repository.lock(tx, op.id)
        await subject.payment_succeeded(tx, settled.as_payment())
    else:
        await subject.payment_refunded(tx, Refunded(op.id, op.subject, op.money, op.reference))
