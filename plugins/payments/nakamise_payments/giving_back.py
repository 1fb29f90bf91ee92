"""Money goes back: by the rail it came on, by not being taken, or by the hands of staff."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from nakamise.contracts.payments import OpKind
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_payments import captures, refunding, repository
from nakamise_payments.reversal import later
from nakamise_payments.schemas import Op, OpState


def disputed() -> Conflict:
    return Conflict(
        N_("A dispute about this payment is open; nothing can be refunded until it ends."),
        code="payment_disputed",
        domain="payments",
    )


async def give_back(
    ctx: TenantCtx, tx: Tx, subject: uuid.UUID, amount: int, reason: str, reference: str
) -> Sequence[uuid.UUID]:
    """As ``Payments.give_back`` promises."""
    charge = await captures.charge_of(tx, subject)
    if charge is None or charge.state not in (OpState.SUCCEEDED, OpState.AUTHORIZED):
        for op_id in await repository.give_up(tx, subject):
            await later(ctx, tx, op_id)
        return []
    if charge.is_disputed:
        raise disputed()
    too_much = Conflict(
        N_("More would be refunded than was paid."), code="refund_too_large", domain="payments"
    )
    await repository.take_from_charge(tx, too_much, charge.id, amount)
    if charge.state is OpState.AUTHORIZED and await repository.open_capture(tx, charge.id) is None:
        return await _release(ctx, tx, charge, amount, reason, reference)
    return await refunding.refund(ctx, tx, charge, amount, reason, reference)


async def _release(
    ctx: TenantCtx, tx: Tx, charge: Op, amount: int, reason: str, reference: str
) -> Sequence[uuid.UUID]:
    """What is not taken need not go back; when nothing is left of it the authorisation is void."""
    op_id = await repository.insert_child(tx, OpKind.RELEASE, charge, amount, reason, reference)
    if op_id is None:
        raise LookupError(f"no release of {charge.id}")
    await later(ctx, tx, op_id)
    if charge.reversed + amount == charge.amount and await repository.give_up_one(tx, charge.id):
        await later(ctx, tx, charge.id)
    return [op_id]
