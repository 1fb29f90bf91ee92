"""Refunds that the rail did not carry: paid by staff, or sent once more."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.contracts.payments import OpKind
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_payments import covering, ledger, providers, repository, telling
from nakamise_payments.giving_back import disputed
from nakamise_payments.reversal import later
from nakamise_payments.schemas import Op, OpState, way_of

_DONE: Final = "UPDATE payments_op SET state = 'succeeded', settled_at = now(), note = $2 WHERE id = $1 AND state = 'by_hand'"
_DROPPED: Final = (
    "UPDATE payments_op SET state = 'failed', settled_at = now() WHERE id = $1 AND state = 'by_hand'"
)


def _settled() -> Conflict:
    return Conflict(N_("This refund was settled already."), code="refund_settled", domain="payments")


async def _task(tx: Tx, op_id: uuid.UUID) -> Op:
    op = await repository.find(tx, op_id)
    if op is None or op.kind is not OpKind.REFUND:
        raise NotFound
    return await repository.lock_family(tx, op_id)


async def _taken_by_bank(ctx: TenantCtx, tx: Tx, op: Op) -> Conflict | None:
    """What to say when the bank has paid ``op``, which ends with it: after the commit. Raises Conflict. The charge is
    held."""
    charge_id = op.parent_id or op.id
    if op.state is not OpState.BY_HAND:
        raise _settled()
    if await repository.is_disputed(tx, charge_id):
        raise disputed()
    covered = await covering.cover(ctx, tx, charge_id)
    if not covered or (await repository.lock(tx, op.id)).state is OpState.BY_HAND:
        return None
    left = await repository.waiting_by_hand(tx, op.subject, op.reference)
    return covering.taken_in_part() if left else covering.taken_by_bank()


async def paid(ctx: TenantCtx, op_id: uuid.UUID, note: str) -> None:
    """Staff paid it another way; ``note`` says how. Raises NotFound; Conflict when it is settled, a dispute is open, or
    the bank has paid it after one."""
    async with ctx.begin() as tx:
        op = await _task(tx, op_id)
        taken = await _taken_by_bank(ctx, tx, op)
        if taken is None:
            await tx.must_touch_one(_settled(), _DONE, op.id, note)
            await ledger.enter(tx, op, "by_hand", op.amount, f"by_hand:{op.id}")
            await telling.refunded(ctx, tx, await repository.lock(tx, op.id))
            await ctx.audit(tx, "payments.refunded_by_hand", str(op.id), amount=op.amount, note=note)
    if taken is not None:
        raise taken


async def retry(ctx: TenantCtx, op_id: uuid.UUID) -> None:
    """A new op with a new key for the same money. Raises NotFound; Conflict as ``paid`` and when it has no rail."""
    async with ctx.begin() as tx:
        op = await _task(tx, op_id)
        if not has_rail(ctx, op):
            raise Conflict(N_("This way to pay cannot give money back."), code="no_rail", domain="payments")
        taken = await _taken_by_bank(ctx, tx, op)
        if taken is None:
            await _send_again(ctx, tx, op)
    if taken is not None:
        raise taken


async def _send_again(ctx: TenantCtx, tx: Tx, op: Op) -> None:
    charge = await repository.lock(tx, op.parent_id or op.id)
    await tx.must_touch_one(_settled(), _DROPPED, op.id)
    reason = await repository.squaring(tx, op.id) or "retry"
    again = await repository.insert_child(tx, OpKind.REFUND, charge, op.amount, reason, op.reference)
    if again is None:
        raise LookupError(f"no refund of {charge.id}")
    await later(ctx, tx, again)
    await ctx.audit(tx, "payments.refund_retried", str(op.id), amount=op.amount)


def has_rail(ctx: TenantCtx, op: Op) -> bool:
    """Whether it makes sense to send it again."""
    offer = providers.offer(ctx, way_of(op.provider_id, op.method))
    return op.state is OpState.BY_HAND and offer is not None and offer.refundable
