"""The bank gave a buyer back what staff still had to refund: then nobody pays it a second time.

A dispute names no refund. After one was lost, refunds to be paid by hand may not come to more than what is left of the
charge; what is over has gone back by the bank.
"""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.contracts.payments import OpKind
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_payments import repository, telling
from nakamise_payments.schemas import Op, OpState

BY_BANK: Final = N_("The buyer's bank gave this back after a dispute.")
REST: Final = "rest of a disputed refund"
_COVERED: Final = "UPDATE payments_op SET state = 'canceled', settled_at = now(), failure = $2 WHERE id = $1 AND state = 'by_hand'"


def taken_in_part() -> Conflict:
    """Nobody knew it when they wanted to pay."""
    return Conflict(
        N_(
            "The buyer's bank has given a part of this money back already. What is left to pay is a refund of its own in"
            " this list."
        ),
        code="taken_by_bank",
        domain="payments",
    )


def taken_by_bank() -> Conflict:
    return Conflict(
        N_("The buyer's bank has given this money back already. Do not pay it a second time."),
        code="taken_by_bank",
        domain="payments",
    )


async def cover(ctx: TenantCtx, tx: Tx, charge_id: uuid.UUID, disputed: int = 0) -> int:
    """What of the tasks the bank has paid, which end with it; the charge is held. ``disputed``: the amount that was
    lost right now, which is a task's own when it is the same."""
    over = await repository.overdrawn(tx, charge_id)
    covered = 0
    for op in sorted(await _tasks(tx, charge_id), key=lambda task: task.amount != disputed):
        is_meant = covered == 0 and op.amount == disputed
        part = disputed if is_meant else min(op.amount, over - covered)
        if part > 0:
            await _end(ctx, tx, op, part)
            covered += part
    if covered:
        await repository.recount(tx, charge_id)
    return covered


async def _tasks(tx: Tx, charge_id: uuid.UUID) -> list[Op]:
    """The oldest first."""
    refunds = await repository.children_of(tx, charge_id, OpKind.REFUND)
    return [op for op in refunds if op.state is OpState.BY_HAND]


async def _end(ctx: TenantCtx, tx: Tx, op: Op, part: int) -> None:
    """What is left of a task is a task of its own."""
    await tx.must_touch_one(taken_by_bank(), _COVERED, op.id, BY_BANK)
    reason = await repository.squaring(tx, op.id) or REST
    if part < op.amount and op.parent_id:
        charge = await repository.lock(tx, op.parent_id)
        await repository.insert_child(
            tx,
            OpKind.REFUND,
            charge,
            op.amount - part,
            reason,
            op.reference,
            state=OpState.BY_HAND,
            failure=op.failure,
        )
    ended = await repository.lock(tx, op.id)
    await telling.refunded(ctx, tx, msgspec.structs.replace(ended, amount=part))
    await ctx.audit(tx, "payments.refunded_by_bank", str(op.id), amount=part)
