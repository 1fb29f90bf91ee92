"""Sending the same goods once more, free of charge: stock and parcel in one transaction, no money."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from nakamise.contracts.orders import RefundLine
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.checkout import stock
from nakamise_shop.checkout.stock import Wants
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.domain.order_state import LineState, OrderState
from nakamise_shop.orders import fulfil, timeline
from nakamise_shop.orders import refunds_repository as repository
from nakamise_shop.orders.refunds_repository import RefundedOrderLine
from nakamise_shop.orders.timeline import Happened

_SENT = frozenset({LineState.SHIPPED, LineState.DELIVERED})
# Nothing is sent once more while the bank decides, or after the money went back.
_PAID = frozenset({OrderState.PAID, OrderState.PART_REFUNDED, OrderState.CLOSED})


async def replace(
    ctx: TenantCtx,
    tx: Tx,
    order_id: uuid.UUID,
    lines: Sequence[RefundLine],
    carrier: Carrier,
    tracking_number: str,
) -> uuid.UUID:
    """As ``Orders.replace``. The new pieces are reserved and leave at once, so that the stock never goes below
    what others were promised."""
    await scope.check_order(ctx, tx, order_id)
    order = await repository.lock_order(tx, order_id)
    if order is None:
        raise NotFound
    if order.state not in _PAID:
        raise Conflict(N_("Only paid orders can be processed."), code="order_not_open", domain="shop")
    known = {line.line_no: line for line in await repository.lock_lines(tx, order_id)}
    if not lines or not all(_may(known.get(line.line_no), line) for line in lines):
        message = N_("Only goods that were sent can be replaced.")
        raise Conflict(message, code="not_replaceable", domain="shop")
    shipment_id, number = await fulfil.add_parcel(ctx, tx, order_id, carrier, tracking_number)
    numbers = sorted(line.line_no for line in lines)
    said = {"lines": numbers, "carrier": carrier.value, "tracking_number": number}
    await timeline.note(ctx, tx, [order_id], Happened.REPLACED, **said)
    await ctx.audit(tx, "shop.order_replaced", str(order_id), **said)
    wants = [_wants(known[line.line_no], line.qty) for line in lines]
    await stock.reserve(tx, wants)
    await stock.consume(tx, wants)
    await stock.put_back(tx, [_wants(known[line.line_no], line.restock) for line in lines if line.restock])
    return shipment_id


def _may(line: RefundedOrderLine | None, wanted: RefundLine) -> bool:
    if line is None or line.fulfil_state not in _SENT:
        return False
    return 0 < wanted.qty <= line.qty - line.refunded_qty and 0 <= wanted.restock <= wanted.qty


def _wants(line: RefundedOrderLine, qty: int) -> Wants:
    return Wants(line.variant_id, qty, line.name)
