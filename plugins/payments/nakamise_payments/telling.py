"""Telling the owner of what is paid for; in the payment's transaction."""

from __future__ import annotations

import logging
from typing import Final

from nakamise.contracts.payment_movements import DisputeState
from nakamise.contracts.payments import OpKind, PaymentSubject, Refunded
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_payments import repository
from nakamise_payments.schemas import Op

log: Final = logging.getLogger("nakamise.payments")


def _subject(ctx: TenantCtx, op: Op) -> PaymentSubject | None:
    found = ctx.optional_service(PaymentSubject)
    if found is None:
        log.error("op %s is %s, and nobody owns %s", op.id, op.state, op.subject)
    return found


async def succeeded(ctx: TenantCtx, tx: Tx, op: Op) -> None:
    if subject := _subject(ctx, op):
        await subject.payment_succeeded(tx, op.as_payment())


async def waiting(ctx: TenantCtx, tx: Tx, op: Op) -> None:
    if subject := _subject(ctx, op):
        await subject.payment_waiting(tx, op.as_payment())


async def captured(ctx: TenantCtx, tx: Tx, op: Op) -> None:
    if subject := _subject(ctx, op):
        await subject.payment_captured(tx, op.as_payment())


async def lapsed(ctx: TenantCtx, tx: Tx, op: Op) -> None:
    if subject := _subject(ctx, op):
        await subject.payment_lapsed(tx, op.as_payment())


async def refunded(ctx: TenantCtx, tx: Tx, op: Op) -> None:
    """A refund, or a part of an authorisation that will not be taken, which the owner asked for."""
    if await repository.squaring(tx, op.id):
        return
    if subject := _subject(ctx, op):
        await subject.payment_refunded(tx, await _refunded(tx, op))


async def refund_waits(ctx: TenantCtx, tx: Tx, op: Op, *, failed: bool) -> None:
    """Staff have to pay it."""
    if await repository.squaring(tx, op.id):
        return
    if subject := _subject(ctx, op):
        await subject.payment_refund_waits(tx, await _refunded(tx, op), failed=failed)


async def _refunded(tx: Tx, op: Op) -> Refunded:
    by_hand = op.kind is OpKind.REFUND and bool(op.note)
    waiting = await repository.waiting_by_hand(tx, op.subject, op.reference)
    released = op.kind is OpKind.RELEASE
    return Refunded(op.id, op.subject, op.money, op.reference, by_hand, waiting, released)


async def disputed(ctx: TenantCtx, tx: Tx, op: Op, state: DisputeState, amount: int) -> None:
    if subject := _subject(ctx, op):
        await subject.payment_disputed(tx, op.as_payment(), state, amount)
