"""Fewer pieces than were ordered, before they leave: a refund of units that stay in the house."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from nakamise.contracts.orders import OrderRefund, RefundLine, RefundOrder
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.orders import refunding, repository

_SENT: Final = """
SELECT count(*) FROM shop_order_line
WHERE order_id = $1 AND line_no = ANY($2) AND fulfil_state NOT IN ('unfulfilled', 'processing')
"""


async def take_out(
    ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, idem: uuid.UUID, units: Mapping[int, int], reason: str
) -> OrderRefund:
    """So many units by line number; the same ``idem`` again changes nothing. Shipping goes back with the last one.

    Raises NotFound, Invalid for nothing or less, Conflict for a line that left or more than is in it.
    """
    wanted = {line: count for line, count in units.items() if count}
    if not wanted or min(wanted.values()) < 0:
        raise Invalid({"units": FieldError(N_("Please enter how many pieces to take out."), domain="shop")})
    lines = tuple(RefundLine(line_no=line, qty=count) for line, count in sorted(wanted.items()))
    done = await refunding.refund(
        ctx, tx, order_id, RefundOrder(idem=idem, lines=lines, with_shipping=None, reason=reason)
    )
    # After the refund's own locks; a line that left meanwhile undoes all of it.
    await repository.lock_order(tx, order_id)
    if await tx.value(_SENT, order_id, list(wanted)):
        raise Conflict(
            N_("This item has left already. Let the buyer return it instead."),
            code="line_sent",
            domain="shop",
        )
    return done
