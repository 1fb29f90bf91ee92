"""Asking the provider about one op: by a return page, a job or the reconciler."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from nakamise.contracts.payments import ChargeState, ChargeStatus, OpKind, ProviderUnreachable
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_payments import repository
from nakamise_payments.providers import answer, provider
from nakamise_payments.schemas import Op, OpState
from nakamise_payments.settling import apply, note_silence

# Providers forget keys after a day; after this nothing is sent again, only looked up.
RESEND_WITHIN: Final = timedelta(hours=23)
NEVER_ARRIVED: Final = N_("The payment did not go through. Nothing was charged; please try again.")


async def find_op(ctx: TenantCtx, op_id: uuid.UUID) -> Op:
    """Raises NotFound."""
    async with ctx.read() as tx:
        op = await repository.find(tx, op_id)
    if op is None:
        raise NotFound
    return op


async def look(ctx: TenantCtx, op: Op) -> Op:
    """What the provider knows of it now; silence, or a key it has not heard of yet, changes nothing."""
    if op.is_final or op.state is OpState.NEW:
        return op
    try:
        status = await answer(provider(ctx, op.provider_id).find(op.id))
    except ProviderUnreachable:
        return await note_silence(ctx, op.id)
    return op if status is None else await apply(ctx, op.id, status)


async def settle(ctx: TenantCtx, op: Op) -> Op:
    """Bring an overdue op to an end: the provider's word counts, never a timer."""
    if op.is_final:
        return op
    try:
        status = await (_settle_charge(ctx, op) if op.kind is OpKind.CHARGE else _settle_refund(ctx, op))
    except ProviderUnreachable:
        return await note_silence(ctx, op.id)
    return await apply(ctx, op.id, status)


async def _settle_charge(ctx: TenantCtx, op: Op) -> ChargeStatus:
    """A key that never arrived is cancelled there, so that a late request cannot charge."""
    psp = provider(ctx, op.provider_id)
    found = await answer(psp.find(op.id))
    if found is not None and not (op.given_up and found.state is ChargeState.REQUIRES_ACTION):
        return found
    if not _may_send(op, ctx.now()):
        return _never_arrived(op)
    cancelled = await answer(psp.cancel(op.id, op.money))
    if found is None and cancelled.state is ChargeState.CANCELED:
        return _never_arrived(op)
    return cancelled


async def _settle_refund(ctx: TenantCtx, op: Op) -> ChargeStatus:
    """Sending the same key again is safe; the provider answers as before."""
    psp = provider(ctx, op.provider_id)
    if op.parent_id is not None and _may_send(op, ctx.now()):
        async with ctx.begin() as tx:
            await repository.start(tx, op.id)
        return await answer(psp.refund(op.id, op.parent_id, op.money))
    return await answer(psp.find(op.id)) or _never_arrived(op)


def _may_send(op: Op, now: datetime) -> bool:
    return op.first_sent_at is None or now - op.first_sent_at < RESEND_WITHIN


def _never_arrived(op: Op) -> ChargeStatus:
    return ChargeStatus(ChargeState.CANCELED, op.provider_ref, op.money, failure=NEVER_ARRIVED)
