"""What of an order does not come to the buyer, for it was never taken of them.

Money that is only reserved is let go, not given back; and staff may take less at the provider than was reserved.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from nakamise.contracts.payments import Payment, PaymentState
from nakamise.db import Tx


def left_of(payments: Sequence[Payment]) -> int:
    """What can still go back, or need not be taken; the payments are held (``Payments.lock``)."""
    return sum(one.amount.amount - one.refunded for one in payments if one.is_paid)


def missing_of(amount: int, payments: Sequence[Payment]) -> int:
    """How much of ``amount`` does not come to the buyer when it goes back now: what is reserved only, and what is more
    than is left; the payments are held. What is being taken comes back after that."""
    taken = [one for one in payments if one.state is PaymentState.SUCCEEDED or one.is_being_taken]
    return max(0, amount - left_of(taken))


async def note(tx: Tx, order_id: uuid.UUID, amount: int) -> None:
    """Of what goes back of this order, ``amount`` does not come to the buyer."""
    if amount:
        await tx.execute(
            "UPDATE shop_order SET untaken = untaken + $2, version = version + 1 WHERE id = $1",
            *(order_id, amount),
        )


async def note_unpaid(tx: Tx, purchase_id: uuid.UUID) -> None:
    """Of orders that ended before they were paid, and whose money was reserved too late, nothing is taken."""
    await tx.execute(
        "UPDATE shop_order SET untaken = charge, version = version + 1"
        " WHERE purchase_id = $1 AND paid_at IS NULL AND state IN ('cancelled', 'expired') AND untaken < charge",
        purchase_id,
    )
