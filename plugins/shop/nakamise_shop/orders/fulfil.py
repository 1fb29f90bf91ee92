"""Processing, sending and delivering orders, line by line. For the shop's staff; the caller checks who may."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.checkout import stock
from nakamise_shop.checkout.stock import Wants
from nakamise_shop.domain.carriers import Carrier, InvalidTrackingNumber, parse_tracking_number
from nakamise_shop.domain.order_state import LineState, OrderState, line_sources
from nakamise_shop.orders import announce, timeline
from nakamise_shop.orders.schemas import OrderHead
from nakamise_shop.orders.timeline import Happened

# An order that is being worked on: paid, and not given back.
_OPEN: Final = frozenset({OrderState.PAID, OrderState.PART_REFUNDED})
_DERIVED: Final = """
UPDATE shop_order SET version = version + 1, fulfil_state = (
    SELECT CASE WHEN bool_and(fulfil_state = 'delivered') THEN 'delivered'
                WHEN bool_and(fulfil_state IN ('shipped', 'delivered')) THEN 'shipped'
                WHEN bool_or(fulfil_state IN ('shipped', 'delivered')) THEN 'part_shipped'
                WHEN bool_or(fulfil_state = 'processing') THEN 'processing'
                ELSE 'unfulfilled' END
    FROM shop_order_line WHERE order_id = $1) WHERE id = $1
"""


class _Locked(OrderHead, frozen=True, kw_only=True):
    state: OrderState


async def start(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, line_numbers: Sequence[int]) -> None:
    """The shop begins to process these lines. Raises NotFound, and Conflict for an illegal step."""
    await _lock(tx, order_id)
    await _move(tx, order_id, line_numbers, LineState.PROCESSING)
    await _finish(ctx, tx, order_id, Happened.PROCESSING, lines=list(line_numbers))


async def ship(
    ctx: TenantCtx,
    tx: Tx,
    order_id: uuid.UUID,
    line_numbers: Sequence[int],
    carrier: Carrier,
    tracking_number: str,
) -> uuid.UUID:
    """One parcel leaves with these lines, whole; the shipment's id. The reserved pieces leave the stock.

    Raises NotFound, Conflict for an illegal step, and Invalid for a number that the carrier does not give out.
    """
    order = await _lock(tx, order_id)
    try:
        number = parse_tracking_number(carrier, tracking_number)
    except InvalidTrackingNumber as error:
        fault = FieldError(N_("This is no tracking number of this carrier."), domain="shop")
        raise Invalid({"tracking_number": fault}) from error
    shipment_id = await _insert_shipment(ctx, tx, order_id, carrier, number)
    wants = await _move(tx, order_id, line_numbers, LineState.SHIPPED, shipment_id)
    await _finish(
        ctx,
        tx,
        order_id,
        Happened.SHIPPED,
        lines=list(line_numbers),
        carrier=carrier.value,
        tracking_number=number,
    )
    await announce.shipped(ctx, tx, order, shipment_id, carrier.value, number, line_numbers)
    await stock.consume(tx, wants)
    return shipment_id


async def deliver(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, shipment_id: uuid.UUID) -> None:
    """The parcel arrived. Raises NotFound, also for another order's parcel; Conflict when it had arrived before."""
    if order_id != await tx.value("SELECT order_id FROM shop_shipment WHERE id = $1", shipment_id):
        raise NotFound
    await _lock(tx, order_id)
    await tx.must_touch_one(
        _illegal(),
        "UPDATE shop_shipment SET delivered_at = now() WHERE id = $1 AND delivered_at IS NULL",
        shipment_id,
    )
    lines = await tx.values("SELECT line_no FROM shop_order_line WHERE shipment_id = $1", shipment_id)
    await _move(tx, order_id, lines, LineState.DELIVERED, shipment_id)
    await _finish(ctx, tx, order_id, Happened.DELIVERED, lines=sorted(lines))


async def _lock(tx: Tx, order_id: uuid.UUID) -> _Locked:
    found = await tx.first(
        _Locked,
        "SELECT id, purchase_id, shop_id, number, buyer_id, currency, total, state FROM shop_order"
        " WHERE id = $1 FOR UPDATE",
        order_id,
    )
    if found is None:
        raise NotFound
    if found.state not in _OPEN:
        raise Conflict(N_("Only paid orders can be processed."), code="order_not_open", domain="shop")
    return found


async def _insert_shipment(
    ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, carrier: Carrier, number: str
) -> uuid.UUID:
    shipment_id = uuid7()
    taken = Conflict(
        N_("This order has a parcel with this number already."), code="tracking_used", domain="shop"
    )
    await tx.must_touch_one(
        taken,
        "INSERT INTO shop_shipment (id, order_id, carrier, tracking_number, created_by)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (order_id, carrier, tracking_number) DO NOTHING",
        *(shipment_id, order_id, carrier, number, ctx.actor.user_id),
    )
    return shipment_id


async def _move(
    tx: Tx,
    order_id: uuid.UUID,
    line_numbers: Sequence[int],
    target: LineState,
    shipment_id: uuid.UUID | None = None,
) -> list[Wants]:
    """All of the lines or none. Raises Conflict when one of them is not in a state that leads to ``target``."""
    moved = await tx.all(
        Wants,
        "UPDATE shop_order_line SET fulfil_state = $3, shipment_id = coalesce($5, shipment_id)"
        " WHERE order_id = $1 AND line_no = ANY($2) AND fulfil_state = ANY($4)"
        " RETURNING variant_id, qty, name",
        *(order_id, list(line_numbers), target, sorted(line_sources(target)), shipment_id),
    )
    if not line_numbers or len(moved) != len(set(line_numbers)):
        raise _illegal()
    return moved


async def _finish(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, kind: Happened, **data: object) -> None:
    await tx.execute(_DERIVED, order_id)
    await timeline.note(ctx, tx, [order_id], kind, **data)
    await ctx.audit(tx, f"shop.order_{kind.value}", str(order_id), **data)


def _illegal() -> Conflict:
    return Conflict(N_("This step is not possible now."), code="illegal_step", domain="shop")
