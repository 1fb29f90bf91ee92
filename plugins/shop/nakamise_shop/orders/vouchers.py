"""Numbers to pay with at a till, or by bank transfer, that outlive their order."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.payments import Payments
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.domain.order_state import OrderState
from nakamise_shop.orders.schemas import OrderHeader

VOID: Final = N_("The payment numbers for the convenience store that you were given are void. Please do not pay with them.")  # fmt: skip
VOID_TRANSFER: Final = N_("The number for the bank transfer that you were given is void. Please do not transfer any more.")  # fmt: skip
_OVER: Final = frozenset({OrderState.CANCELLED, OrderState.EXPIRED})


async def void_words(ctx: TenantCtx, tx: Tx, header: OrderHeader) -> str:
    """What to tell a buyer who has such numbers of an order that ended before it was paid: a msgid, "" without any."""
    if header.paid_at is not None or header.state not in _OVER:
        return ""
    tries = await ctx.service(Payments).of_subject(tx, header.purchase_id)
    told = [one.instructions for one in tries if one.instructions is not None]
    if not told:
        return ""
    return VOID_TRANSFER if told[-1].account else VOID
