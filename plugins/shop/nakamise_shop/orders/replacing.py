"""Sending goods once more, the same or another variant: stock and parcel in one transaction, no money."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from nakamise.contracts.orders import RefundLine
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.checkout import stock
from nakamise_shop.checkout.stock import Wants
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.domain.order_state import LineState, OrderState
from nakamise_shop.orders import fulfil, timeline
from nakamise_shop.orders import refunds_repository as repository
from nakamise_shop.orders.refunds_repository import RefundedOrderLine
from nakamise_shop.orders.timeline import Happened

_OTHERS = """
SELECT l.line_no, v.id AS variant_id, l.name FROM unnest($2::int[], $3::uuid[]) AS t(line_no, variant_id)
JOIN shop_order_line l ON l.order_id = $1 AND l.line_no = t.line_no
JOIN shop_variant v ON v.id = t.variant_id AND v.product_id = l.product_id AND v.state = 'active'
"""
_SENT = frozenset({LineState.SHIPPED, LineState.DELIVERED})
# Nothing is sent once more while the bank decides, or after the money went back.
_PAID = frozenset({OrderState.PAID, OrderState.PART_REFUNDED, OrderState.CLOSED})


class _Goods(msgspec.Struct, frozen=True):
    line_no: int
    variant_id: uuid.UUID
    name: str

    def wants(self, qty: int) -> Wants:
        return Wants(self.variant_id, qty, self.name)


async def replace(
    ctx: TenantCtx,
    tx: Tx,
    order_id: uuid.UUID,
    lines: Sequence[RefundLine],
    carrier: Carrier,
    tracking_number: str,
    variants: Mapping[int, uuid.UUID] | None = None,
) -> uuid.UUID:
    """As ``Orders.replace``. The new pieces are reserved and leave at once, so that the stock never goes below
    what others were promised."""
    await scope.check_order(ctx, tx, order_id)
    order = await repository.lock_order(tx, order_id)
    if order is None:
        raise NotFound
    if order.state not in _PAID:
        raise Conflict(N_("Only paid orders can be processed."), code="order_not_open", domain="shop")
    sold = {line.line_no: line for line in await repository.lock_lines(tx, order_id)}
    known = {number: _Goods(number, line.variant_id, line.name) for number, line in sold.items()}
    if not lines or not all(_may(sold.get(line.line_no), line) for line in lines):
        message = N_("Only goods that were sent can be replaced.")
        raise Conflict(message, code="not_replaceable", domain="shop")
    instead = await _instead(tx, order_id, variants or {})
    shipment_id, number = await fulfil.add_parcel(ctx, tx, order_id, carrier, tracking_number)
    numbers = sorted(line.line_no for line in lines)
    said = {"lines": numbers, "carrier": carrier.value, "tracking_number": number}
    await timeline.note(ctx, tx, [order_id], Happened.REPLACED, **said)
    await ctx.audit(tx, "shop.order_replaced", str(order_id), **said)
    wants = [instead.get(line.line_no, known[line.line_no]).wants(line.qty) for line in lines]
    await stock.reserve(tx, wants)
    await stock.consume(tx, wants)
    await stock.put_back(tx, [known[line.line_no].wants(line.restock) for line in lines if line.restock])
    return shipment_id


async def _instead(tx: Tx, order_id: uuid.UUID, variants: Mapping[int, uuid.UUID]) -> dict[int, _Goods]:
    """What leaves for these lines. Raises Conflict for a variant of another product, or one that is not sold."""
    if not variants:
        return {}
    found = await tx.all(_Goods, _OTHERS, order_id, list(variants), list(variants.values()))
    if len(found) != len(variants):
        message = N_("Goods can be exchanged for another variant of the same product that is still sold.")
        raise Conflict(message, code="not_replaceable", domain="shop")
    return {one.line_no: one for one in found}


def _may(line: RefundedOrderLine | None, wanted: RefundLine) -> bool:
    if line is None or line.fulfil_state not in _SENT:
        return False
    return 0 < wanted.qty <= line.qty - line.refunded_qty and 0 <= wanted.restock <= wanted.qty
