"""Staff may take less at the provider than was reserved: no more goes back of a purchase than was really taken."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from nakamise.contracts.payments import Payment
from nakamise.db import Tx


def left_of(payments: Sequence[Payment]) -> int:
    """What can still go back, or need not be taken; the payments are held (``Payments.lock``)."""
    return sum(one.amount.amount - one.refunded for one in payments if one.is_paid)


async def note(tx: Tx, order_id: uuid.UUID, amount: int) -> None:
    """Of what goes back of this order, ``amount`` does not come to the buyer."""
    if amount:
        await tx.execute(
            "UPDATE shop_order SET untaken = untaken + $2, version = version + 1 WHERE id = $1",
            *(order_id, amount),
        )
