"""The one place where what a provider says becomes ours."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from typing import Final

from nakamise.contracts.payments import ChargeState, ChargeStatus, OpKind
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise_payments import by_hand, covering, ledger, mails, refunding, repository, saved, telling
from nakamise_payments.reversal import later
from nakamise_payments.schemas import Op, OpState

log: Final = logging.getLogger("nakamise.payments")

_STATES: Final[Mapping[ChargeState, OpState]] = {
    ChargeState.REQUIRES_ACTION: OpState.REQUIRES_ACTION,
    ChargeState.PROCESSING: OpState.UNKNOWN,
    ChargeState.AUTHORIZED: OpState.AUTHORIZED,
    ChargeState.SUCCEEDED: OpState.SUCCEEDED,
    ChargeState.FAILED: OpState.FAILED,
    ChargeState.CANCELED: OpState.CANCELED,
}
# An op only goes on: what an answer says that was overtaken on its way changes nothing.
_RANK: Final[Mapping[OpState, int]] = {
    OpState.NEW: 0,
    OpState.SENDING: 1,
    OpState.UNKNOWN: 1,
    OpState.REQUIRES_ACTION: 2,
    OpState.AUTHORIZED: 3,
    OpState.BY_HAND: 4,
    OpState.SUCCEEDED: 5,
    OpState.FAILED: 5,
    OpState.CANCELED: 5,
}
_BROKEN: Final = (OpState.FAILED, OpState.CANCELED)
DOUBLE: Final = "paid twice"


async def apply(ctx: TenantCtx, op_id: uuid.UUID, status: ChargeStatus, *, is_ours: bool = False) -> Op:
    """Record ``status`` and everything that follows from it, once, in one transaction.

    Serves the submit, the return page, webhooks and the reconciler alike. A settled op stays as it is, but for
    money that comes after all and a refund that the bank sends back. ``is_ours``: nobody but us concluded it, and
    that ends only what is open.
    """
    async with ctx.begin() as tx:
        op = await repository.lock_family(tx, op_id)
        if is_ours and op.is_final:
            return op
        if status.amount != op.money:
            log.error("op %s: the provider says %s instead of %s", op.id, status.amount, op.money)
            if not op.is_final:
                await repository.try_again_later(tx, op.id)
            return op
        await _move(ctx, tx, op, status)
        return await repository.lock(tx, op_id)


async def _move(ctx: TenantCtx, tx: Tx, op: Op, status: ChargeStatus) -> None:
    state = _STATES[status.state]
    if op.is_final:
        await _afterwards(ctx, tx, op, state, status)
    elif op.kind is OpKind.REFUND and state in _BROKEN:
        await _to_hand(ctx, tx, op, status)
    elif state is op.state or _RANK[state] < _RANK[op.state]:
        await repository.ask_again_later(tx, op.id)
    else:
        await repository.record(tx, op, state, status)
        await _follow(ctx, tx, op, await repository.lock(tx, op.id), status)


async def note_silence(ctx: TenantCtx, op_id: uuid.UUID) -> Op:
    """No answer: unknown, and asked again later."""
    async with ctx.begin() as tx:
        op = await repository.lock(tx, op_id)
        if op.is_final:
            return op
        if op.state in (OpState.REQUIRES_ACTION, OpState.AUTHORIZED):
            await repository.ask_again_later(tx, op_id)
        else:
            await repository.try_again_later(tx, op_id)
        return await repository.lock(tx, op_id)


async def _follow(ctx: TenantCtx, tx: Tx, before: Op, op: Op, status: ChargeStatus) -> None:
    """What the step from ``before`` to ``op`` causes."""
    if op.kind is OpKind.CHARGE:
        await _follow_charge(ctx, tx, before, op, status)
    elif op.state is OpState.SUCCEEDED:
        await ledger.book(tx, op)
        if op.kind is OpKind.CAPTURE and op.parent_id:
            await _captured(ctx, tx, await repository.lock(tx, op.parent_id), op, status)
        elif op.kind in (OpKind.REFUND, OpKind.RELEASE):
            await telling.refunded(ctx, tx, op)
    elif op.kind in (OpKind.TRANSFER, OpKind.REVERSAL) and op.state in _BROKEN:
        log.error("%s %s of %s did not go through", op.kind, op.id, op.money)
        await _put_back(tx, op)
        await mails.share_failed(ctx, tx, op)
    elif op.kind is OpKind.CAPTURE and op.parent_id and op.state in _BROKEN:
        await _nothing_to_refund(ctx, tx, await repository.lock(tx, op.parent_id))


async def _follow_charge(ctx: TenantCtx, tx: Tx, before: Op, op: Op, status: ChargeStatus) -> None:
    was_authorized = before.state is OpState.AUTHORIZED
    if status.saved and op.payer_id and op.state in (OpState.SUCCEEDED, OpState.AUTHORIZED):
        await saved.keep(tx, op.payer_id, op.provider_id, status.saved)
    if op.state is OpState.SUCCEEDED:
        await ledger.book(tx, op, op.captured)
        op = await _square(ctx, tx, op)
        await (telling.captured if was_authorized else telling.succeeded)(ctx, tx, op)
    elif op.state is OpState.AUTHORIZED:
        await telling.succeeded(ctx, tx, op)
    elif op.state is OpState.REQUIRES_ACTION and op.instructions:
        await telling.waiting(ctx, tx, op)
    elif was_authorized and op.state in _BROKEN:
        await telling.lapsed(ctx, tx, op)


async def _captured(ctx: TenantCtx, tx: Tx, charge: Op, capture: Op, status: ChargeStatus) -> None:
    """The charge is what its capture made of it, unless a webhook said so before."""
    if charge.state is not OpState.AUTHORIZED:
        return
    taken = ChargeStatus(
        ChargeState.SUCCEEDED, charge.provider_ref, charge.money, captured=capture.amount, fee=status.fee
    )
    await repository.record(tx, charge, OpState.SUCCEEDED, taken)
    await _follow_charge(ctx, tx, charge, await repository.lock(tx, charge.id), taken)


async def _nothing_to_refund(ctx: TenantCtx, tx: Tx, charge: Op) -> None:
    """Refunds that waited for a capture which failed: what was not taken is let go, and the next takes less."""
    if charge.state is OpState.SUCCEEDED:
        return
    for op_id in await repository.release_waiting(tx, charge.id):
        await later(ctx, tx, op_id)
    if charge.reversed == charge.amount and await repository.give_up_one(tx, charge.id):
        await later(ctx, tx, charge.id)


async def _square(ctx: TenantCtx, tx: Tx, charge: Op) -> Op:
    """Somebody took another amount at the provider than was to be taken: what we had let go goes back, and what was
    left there was let go, so that no more can go back than was taken; refunds that waited for it become less.
    Returns the charge as it is then."""
    excess = charge.captured - (charge.amount - await repository.released(tx, charge.id))
    if excess > 0:
        await refunding.refund(ctx, tx, charge, excess, repository.EXCESS, "")
    if excess >= 0:
        return await repository.lock(tx, charge.id)
    log.error("op %s: %s less was taken at the provider than was to be", charge.id, -excess)
    await mails.taken_short(ctx, tx, charge, -excess)
    short = min(-excess, charge.amount - charge.reversed)
    await _lessen_waiting(ctx, tx, charge, -excess - short)
    if short == 0:
        return await repository.lock(tx, charge.id)
    broken = Conflict("What was let go does not fit its charge.", domain="payments")
    await repository.take_from_charge(tx, broken, charge.id, short)
    release = await repository.insert_child(tx, OpKind.RELEASE, charge, short, repository.SHORT)
    if release is not None:
        await later(ctx, tx, release)
    return await repository.lock(tx, charge.id)


async def _lessen_waiting(ctx: TenantCtx, tx: Tx, charge: Op, amount: int) -> None:
    """So much of the refunds that were never sent was never taken: it is let go, the newest first."""
    for op in reversed(await repository.children_of(tx, charge.id, OpKind.REFUND)):
        part = min(amount, op.amount)
        if part == 0 or op.first_sent_at is not None or not await repository.lessen(tx, op.id, part):
            continue
        amount -= part
        if part == op.amount:
            await later(ctx, tx, op.id)
        else:
            reason = await repository.reason_of(tx, op.id)
            made = await repository.insert_child(tx, OpKind.RELEASE, charge, part, reason, op.reference)
            if made is not None:
                await later(ctx, tx, made)


async def _afterwards(ctx: TenantCtx, tx: Tx, op: Op, state: OpState, status: ChargeStatus) -> None:
    """What a settled op may still learn."""
    if op.kind is OpKind.CHARGE and op.state in _BROKEN and state is OpState.SUCCEEDED:
        await _late(ctx, tx, op, status)
    elif op.kind is OpKind.REFUND and op.state is OpState.SUCCEEDED and state in _BROKEN and not op.note:
        log.error("refund %s of %s came back from the bank", op.id, op.money)
        await ledger.enter(tx, op, "refund_failed", op.amount, f"refund_failed:{op.id}")
        await _to_hand(ctx, tx, op, status)
    elif op.kind is OpKind.CHARGE and state is op.state is OpState.SUCCEEDED:
        await _fee_came(tx, op, status)


async def _fee_came(tx: Tx, op: Op, status: ChargeStatus) -> None:
    """Providers may know their fee only some time after the charge."""
    if status.fee and await repository.set_fee(tx, op.id, status.fee):
        await ledger.enter(tx, op, "fee", status.fee, f"fee:{op.id}")


async def _late(ctx: TenantCtx, tx: Tx, op: Op, status: ChargeStatus) -> None:
    """Money that came after all. When another payment has taken its place it goes back at once."""
    is_double = await repository.has_live_charge(tx, op.subject)
    if is_double:
        await repository.mark_extra(tx, op.id)
    await repository.record(tx, op, OpState.SUCCEEDED, status)
    charge = await repository.lock(tx, op.id)
    await ledger.book(tx, charge, charge.captured)
    charge = await _square(ctx, tx, charge)
    if not is_double:
        await telling.succeeded(ctx, tx, charge)
        return
    log.error("op %s: %s was paid twice", op.id, op.subject)
    if charge.amount > charge.reversed:
        await _refund(ctx, tx, charge, charge.amount - charge.reversed, DOUBLE)


async def _refund(ctx: TenantCtx, tx: Tx, charge: Op, amount: int, reason: str) -> None:
    broken = Conflict("The refund does not fit its charge.", domain="payments")
    await repository.take_from_charge(tx, broken, charge.id, amount)
    await refunding.refund(ctx, tx, charge, amount, reason, "")


async def _to_hand(ctx: TenantCtx, tx: Tx, op: Op, status: ChargeStatus) -> None:
    """A refund that did not go through, or came back: staff decide, and the charge keeps it reserved for the buyer."""
    if op.state is OpState.BY_HAND:
        return
    log.error("refund %s of %s did not go through", op.id, op.money)
    await repository.record(tx, op, OpState.BY_HAND, status)
    await telling.refund_waits(ctx, tx, op, failed=True)
    if op.parent_id and await covering.cover(ctx, tx, op.parent_id):
        return
    await mails.refund_failed(
        ctx,
        tx,
        op,
        came_back=op.state is OpState.SUCCEEDED,
        disputed=await repository.is_disputed(tx, op.parent_id or op.id),
        has_rail=by_hand.has_rail(ctx, await repository.lock(tx, op.id)),
    )


async def _put_back(tx: Tx, op: Op) -> None:
    """Nothing comes back of a share that never arrived; one that does not come back is still there."""
    if op.kind is OpKind.TRANSFER:
        await repository.end_reversals(tx, op.id)
    elif op.kind is OpKind.REVERSAL and op.parent_id:
        broken = Conflict("The reversal does not fit its transfer.", domain="payments")
        await repository.put_back_on_charge(tx, broken, op.parent_id, op.amount)
