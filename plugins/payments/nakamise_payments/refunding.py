"""One refund's row: sent by the rail, or left to the hands of staff where the rail gives nothing back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from nakamise.contracts.payments import OpKind
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_payments import providers, repository, telling
from nakamise_payments.reversal import later
from nakamise_payments.schemas import Op, OpState, way_of

NOT_ON_RAIL: Final = N_("This way to pay cannot give money back. Pay the buyer by bank transfer.")


async def refund(
    ctx: TenantCtx, tx: Tx, charge: Op, amount: int, reason: str, reference: str
) -> Sequence[uuid.UUID]:
    """What was taken from the charge before goes back."""
    offer = providers.offer(ctx, way_of(charge.provider_id, charge.method))
    by_hand = offer is not None and not offer.refundable
    op_id = await repository.insert_child(
        tx,
        OpKind.REFUND,
        charge,
        amount,
        reason,
        reference,
        state=OpState.BY_HAND if by_hand else OpState.NEW,
        failure=NOT_ON_RAIL if by_hand else None,
    )
    if op_id is None:
        raise LookupError(f"no refund of {charge.id}")
    if by_hand:
        await telling.refund_waits(ctx, tx, await repository.lock(tx, op_id), failed=False)
    else:
        await later(ctx, tx, op_id)
    return [op_id]
