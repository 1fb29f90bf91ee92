"""Numbers to pay with at a till that outlive their order."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.payments import Payments
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.domain.order_state import OrderState
from nakamise_shop.orders.schemas import OrderHeader

VOID: Final = N_("The payment numbers for the convenience store that you were given are void. Please do not pay with them.")  # fmt: skip
_OVER: Final = frozenset({OrderState.CANCELLED, OrderState.EXPIRED})


async def are_void(ctx: TenantCtx, tx: Tx, header: OrderHeader) -> bool:
    """Whether the buyer has such numbers of an order that ended before it was paid."""
    if header.paid_at is not None or header.state not in _OVER:
        return False
    tries = await ctx.service(Payments).of_subject(tx, header.purchase_id)
    return any(one.instructions is not None for one in tries)
