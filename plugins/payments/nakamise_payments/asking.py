"""Asking the provider about one op: by a return page, a job or the reconciler."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from nakamise.contracts.payments import ChargeState, ChargeStatus, OpKind, ProviderUnreachable
from nakamise.errors import NotFound
from nakamise.plugin import Job, TenantCtx
from nakamise.web import N_
from nakamise_payments import repository
from nakamise_payments.providers import answer, provider
from nakamise_payments.reversal import Reverse
from nakamise_payments.schemas import Op, OpState
from nakamise_payments.settling import apply, note_silence

_CAN_STILL_END: Final = (ChargeState.REQUIRES_ACTION, ChargeState.AUTHORIZED, ChargeState.PROCESSING)
NEVER_ARRIVED: Final = N_("The payment did not go through. Nothing was charged; please try again.")


class Concluded(ChargeStatus, frozen=True):
    """What nobody but us says: a key that its provider never heard of, and that is too old to be sent."""


class _Overtaken(Exception):
    """Somebody else brought the op to its end meanwhile."""


async def find_op(ctx: TenantCtx, op_id: uuid.UUID) -> Op:
    """Raises NotFound."""
    async with ctx.read() as tx:
        op = await repository.find(tx, op_id)
    if op is None:
        raise NotFound
    return op


async def look(ctx: TenantCtx, op: Op) -> Op:
    """What the provider knows of it now; silence, or a key it has not heard of yet, changes nothing."""
    if op.state in (OpState.NEW, OpState.SUCCEEDED, OpState.BY_HAND):
        return op
    try:
        status = await answer(provider(ctx, op.provider_id).find(op.id))
    except ProviderUnreachable:
        return await note_silence(ctx, op.id)
    return op if status is None else await apply(ctx, op.id, status)


async def carry_out(ctx: TenantCtx, payload: Reverse, _: Job) -> None:
    """The job behind ``reversal.later``."""
    await settle(ctx, await find_op(ctx, payload.op_id))


async def settle(ctx: TenantCtx, op: Op) -> Op:
    """Bring an overdue op to an end: the provider's word counts, never a timer."""
    if op.is_final or op.state is OpState.BY_HAND:
        return op
    try:
        status = await _SETTLERS[op.kind](ctx, op)
    except ProviderUnreachable:
        return await note_silence(ctx, op.id)
    except _Overtaken:
        return await find_op(ctx, op.id)
    return await apply(ctx, op.id, status, is_ours=isinstance(status, Concluded))


async def _settle_charge(ctx: TenantCtx, op: Op) -> ChargeStatus:
    """A key that never arrived is cancelled there, so that a late request cannot charge."""
    psp = provider(ctx, op.provider_id)
    found = await answer(psp.find(op.id))
    if found is None:
        if await _may_send(ctx, op):
            cancelled = await answer(psp.cancel(op.id, op.money))
            if cancelled.state is not ChargeState.CANCELED:
                return cancelled
        return _never_arrived(op)
    if op.given_up and found.state in _CAN_STILL_END:
        return await answer(psp.cancel(op.id, op.money))
    return found


async def _settle_capture(ctx: TenantCtx, op: Op) -> ChargeStatus:
    """Sent once more with its key, later only looked up: what the charge has become says it."""
    psp = provider(ctx, op.provider_id)
    charge = await find_op(ctx, _parent(op))
    if await _may_send(ctx, op):
        status = await answer(psp.capture(op.id, charge.id, op.money))
        if status.state is ChargeState.FAILED:
            await look(ctx, charge)
        return status
    found = await answer(psp.find(charge.id))
    is_ours = found is not None and found.captured in (None, op.amount)
    taken = found is not None and found.state is ChargeState.SUCCEEDED and is_ours
    if not taken:
        # It is void, or others took another amount: that is the charge's own to know.
        await look(ctx, charge)
    return ChargeStatus(
        ChargeState.SUCCEEDED if taken else ChargeState.FAILED,
        op.provider_ref,
        op.money,
        fee=found.fee if found else None,
    )


async def _settle_release(_ctx: TenantCtx, op: Op) -> ChargeStatus:
    """Nobody needs to be asked: the capture will be smaller, or the authorisation is void."""
    return ChargeStatus(ChargeState.SUCCEEDED, op.provider_ref, op.money)


async def _settle_refund(ctx: TenantCtx, op: Op) -> ChargeStatus:
    """A capture on its way comes first: when it fails there is nothing to refund."""
    psp = provider(ctx, op.provider_id)
    charge = await find_op(ctx, _parent(op))
    if charge.state is not OpState.SUCCEEDED:
        raise ProviderUnreachable("the charge is being captured")
    # What was taken of it may have made this less.
    op = await find_op(ctx, op.id)
    if op.kind is not OpKind.REFUND:
        raise _Overtaken
    return await _once(ctx, op, lambda: psp.refund(op.id, charge.id, op.money))


async def _settle_transfer(ctx: TenantCtx, op: Op) -> ChargeStatus:
    psp = provider(ctx, op.provider_id)
    seller_id = op.seller_id
    if seller_id is None:
        return _never_arrived(op)
    async with ctx.read() as tx:
        fits = await repository.fits_charge(tx, op)
    # Providers that were written before it do not know it.
    source = {} if fits else {"from_charge": False}
    return await _once(ctx, op, lambda: psp.transfer(op.id, _parent(op), seller_id, op.money, **source))


async def _settle_reversal(ctx: TenantCtx, op: Op) -> ChargeStatus:
    """The transfer's own end comes first: of one that failed nothing comes back."""
    psp = provider(ctx, op.provider_id)
    transfer = await find_op(ctx, _parent(op))
    if transfer.is_final and transfer.state is not OpState.SUCCEEDED:
        return _never_arrived(op)
    if not transfer.is_final:
        raise ProviderUnreachable("the transfer is on its way")
    return await _once(ctx, op, lambda: psp.reverse(op.id, _parent(op), op.money))


_SETTLERS: Final[Mapping[OpKind, Callable[[TenantCtx, Op], Awaitable[ChargeStatus]]]] = {
    OpKind.CHARGE: _settle_charge,
    OpKind.CAPTURE: _settle_capture,
    OpKind.RELEASE: _settle_release,
    OpKind.REFUND: _settle_refund,
    OpKind.TRANSFER: _settle_transfer,
    OpKind.REVERSAL: _settle_reversal,
}


async def _once(ctx: TenantCtx, op: Op, send: Callable[[], Awaitable[ChargeStatus]]) -> ChargeStatus:
    """The same key is answered as before, while the provider remembers it: what was sent is looked up first, and is
    only looked up after a day. Who looks up for too long is not asked for a whole day: the key answers at once."""
    too_slow: ProviderUnreachable | None = None
    try:
        found = await answer(provider(ctx, op.provider_id).find(op.id)) if op.first_sent_at else None
    except ProviderUnreachable as error:
        if not isinstance(error.__cause__, TimeoutError):
            raise
        found, too_slow = None, error
    if found is not None:
        return found
    if await _may_send(ctx, op):
        return await answer(send())
    if too_slow is not None:
        raise too_slow
    return _never_arrived(op)


async def _may_send(ctx: TenantCtx, op: Op) -> bool:
    """The row says that it was sent before it is. False: the key is too old. Raises _Overtaken."""
    async with ctx.begin() as tx:
        if await repository.send(tx, op.id):
            return True
        now = await repository.lock(tx, op.id)
    if now.is_final or now.state is OpState.BY_HAND:
        raise _Overtaken
    return False


def _parent(op: Op) -> uuid.UUID:
    if op.parent_id is None:
        raise LookupError(f"op {op.id} has no charge")
    return op.parent_id


def _never_arrived(op: Op) -> Concluded:
    return Concluded(ChargeState.CANCELED, op.provider_ref, op.money, failure=NEVER_ARRIVED)
