"""Processing, sending and delivering orders, line by line. For the shop's staff; the caller checks who may."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from typing import Final

import msgspec

from nakamise.contracts.payments import Payments
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.checkout import stock
from nakamise_shop.checkout.stock import Wants
from nakamise_shop.domain.carriers import Carrier, InvalidTrackingNumber, parse_tracking_number
from nakamise_shop.domain.order_state import LineState, OrderState, line_sources
from nakamise_shop.orders import announce, timeline
from nakamise_shop.orders.schemas import OrderHead
from nakamise_shop.orders.timeline import Happened

# An order that is being worked on: paid, and not given back.
_OPEN: Final = frozenset({OrderState.PAID, OrderState.PART_REFUNDED})
# Parcels of an order may arrive, and come back, whatever became of its money.
_SENT_FROM: Final = _OPEN | {OrderState.CLOSED, OrderState.DISPUTED, OrderState.REFUNDED}
# A line that was wholly refunded before it left counts no more. Twin of ``domain.order_state.order_status``.
_DERIVED: Final = """
UPDATE shop_order SET version = version + 1, fulfil_state = coalesce((
    SELECT CASE WHEN bool_and(fulfil_state IN ('delivered', 'returned')) THEN 'delivered'
                WHEN bool_and(fulfil_state IN ('shipped', 'delivered', 'returned')) THEN 'shipped'
                WHEN bool_or(fulfil_state IN ('shipped', 'delivered', 'returned')) THEN 'part_shipped'
                WHEN bool_or(fulfil_state = 'processing') THEN 'processing'
                ELSE 'unfulfilled' END
    FROM shop_order_line WHERE order_id = $1
      AND (refunded_qty < qty OR fulfil_state IN ('shipped', 'delivered', 'returned'))), 'unfulfilled')
WHERE id = $1
"""


class _Label(msgspec.Struct, frozen=True):
    carrier: Carrier
    tracking_number: str


_LABEL: Final = "SELECT carrier, tracking_number FROM shop_shipment"


class _Locked(OrderHead, frozen=True, kw_only=True):
    state: OrderState


async def start(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, line_numbers: Sequence[int]) -> None:
    """The shop begins to process these lines. Raises NotFound, and Conflict for an illegal step."""
    await scope.check_order(ctx, tx, order_id)
    await _lock(tx, order_id)
    await _move(tx, order_id, line_numbers, LineState.PROCESSING)
    await _finish(ctx, tx, order_id, Happened.PROCESSING, lines=list(line_numbers))


async def start_rest(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, line_numbers: Sequence[int]) -> None:
    """As ``start``, for those of the lines that nobody works on yet, right before they are sent. Raises as ``ship``."""
    await _check_money(ctx, tx, order_id)
    await _lock(tx, order_id)
    untouched = await tx.values(
        "SELECT line_no FROM shop_order_line WHERE order_id = $1 AND line_no = ANY($2)"
        " AND fulfil_state = 'unfulfilled' ORDER BY line_no",
        *(order_id, list(line_numbers)),
    )
    if untouched:
        await start(ctx, tx, order_id, untouched)


async def ship(
    ctx: TenantCtx,
    tx: Tx,
    order_id: uuid.UUID,
    line_numbers: Sequence[int],
    carrier: Carrier,
    tracking_number: str,
    shipped_on: date | None = None,
) -> uuid.UUID:
    """One parcel leaves with these lines, whole; the shipment's id. The reserved pieces leave the stock.

    ``shipped_on`` is a day of the tenant, None now. Raises NotFound, Conflict for an illegal step, and Invalid for
    a number that the carrier does not give out or a day before the order or after today.
    """
    await _check_money(ctx, tx, order_id)
    order = await _lock(tx, order_id)
    number = parsed(carrier, tracking_number)
    at = await _moment(ctx, tx, order_id, shipped_on)
    shipment_id = await _insert_shipment(ctx, tx, order_id, carrier, number, at)
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
    await scope.check_order(ctx, tx, order_id)
    if order_id != await tx.value("SELECT order_id FROM shop_shipment WHERE id = $1", shipment_id):
        raise NotFound
    order = await _lock(tx, order_id, _SENT_FROM)
    await tx.must_touch_one(
        _illegal(),
        "UPDATE shop_shipment SET delivered_at = now() WHERE id = $1 AND delivered_at IS NULL",
        shipment_id,
    )
    lines = await tx.values(
        "SELECT line_no FROM shop_order_line WHERE shipment_id = $1 AND fulfil_state = 'shipped'", shipment_id
    )
    if lines:  # else everything in it is on its way back already
        await _move(tx, order_id, lines, LineState.DELIVERED, shipment_id)
    await _finish(ctx, tx, order_id, Happened.DELIVERED, lines=sorted(lines))
    await announce.delivered(ctx, tx, order, shipment_id)


async def renumber(
    ctx: TenantCtx,
    tx: Tx,
    order_id: uuid.UUID,
    shipment_id: uuid.UUID,
    carrier: Carrier,
    tracking_number: str,
) -> None:
    """Another label for a parcel that has not arrived; nobody is told twice, but the timeline keeps both.

    Raises NotFound, also for another order's parcel, Conflict, and Invalid as ``ship``.
    """
    await scope.check_order(ctx, tx, order_id)
    before = await tx.first(_Label, f"{_LABEL} WHERE id = $1 AND order_id = $2", shipment_id, order_id)
    if before is None:
        raise NotFound
    await _lock(tx, order_id, _SENT_FROM)
    number = parsed(carrier, tracking_number)
    if (before.carrier, before.tracking_number) == (carrier, number):
        return
    if await tx.value(
        "SELECT id FROM shop_shipment WHERE order_id = $1 AND carrier = $2 AND tracking_number = $3",
        *(order_id, carrier, number),
    ):
        raise _taken()
    await tx.must_touch_one(
        _illegal(),
        "UPDATE shop_shipment SET carrier = $2, tracking_number = $3 WHERE id = $1 AND delivered_at IS NULL",
        *(shipment_id, carrier, number),
    )
    await _finish(
        ctx,
        tx,
        order_id,
        Happened.RENUMBERED,
        carrier=carrier.value,
        tracking_number=number,
        former_carrier=before.carrier.value,
        former_number=before.tracking_number,
    )


async def add_parcel(
    ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, carrier: Carrier, tracking_number: str
) -> tuple[uuid.UUID, str]:
    """A parcel without lines of the order, such as a replacement: (its id, its number as it is kept).

    Raises Conflict, Invalid as ``ship``.
    """
    number = parsed(carrier, tracking_number)
    return await _insert_shipment(ctx, tx, order_id, carrier, number, None), number


async def derive(tx: Tx, order_id: uuid.UUID) -> None:
    """The order's state of fulfilment follows from its lines."""
    await tx.execute(_DERIVED, order_id)


async def _check_money(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> None:
    """Nothing leaves on money that was only reserved and is gone. Before the order's lock, as payments are."""
    await scope.check_order(ctx, tx, order_id)
    purchase_id = await tx.value("SELECT purchase_id FROM shop_order WHERE id = $1", order_id)
    if purchase_id is None:
        raise NotFound
    await ctx.service(Payments).before_shipping(tx, purchase_id)


async def _lock(tx: Tx, order_id: uuid.UUID, allowed: Collection[OrderState] = _OPEN) -> _Locked:
    found = await tx.first(
        _Locked,
        "SELECT id, purchase_id, shop_id, number, buyer_id, currency, total, state FROM shop_order"
        " WHERE id = $1 FOR UPDATE",
        order_id,
    )
    if found is None:
        raise NotFound
    if found.state not in allowed:
        raise Conflict(N_("Only paid orders can be processed."), code="order_not_open", domain="shop")
    return found


def parsed(carrier: Carrier, text: str) -> str:
    """Raises Invalid."""
    try:
        return parse_tracking_number(carrier, text)
    except InvalidTrackingNumber as error:
        fault = FieldError(N_("This is no tracking number of this carrier."), domain="shop")
        raise Invalid({"tracking_number": fault}) from error


async def _moment(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, day: date | None) -> datetime | None:
    """Noon of a past day, None for today, which is now. Raises Invalid."""
    zone = ctx.tenant.zone
    now: datetime = await tx.value("SELECT now()")
    today = now.astimezone(zone).date()
    if day is None or day == today:
        return None
    placed: datetime = await tx.value("SELECT placed_at FROM shop_order WHERE id = $1", order_id)
    if not placed.astimezone(zone).date() <= day < today:
        fault = FieldError(N_("Please enter a day between the order and today."), domain="shop")
        raise Invalid({"shipped_on": fault})
    return max(placed, datetime.combine(day, time(12), zone))


async def _insert_shipment(
    ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, carrier: Carrier, number: str, at: datetime | None
) -> uuid.UUID:
    shipment_id = uuid7()
    await tx.must_touch_one(
        _taken(),
        "INSERT INTO shop_shipment (id, order_id, carrier, tracking_number, created_by, shipped_at)"
        " VALUES ($1, $2, $3, $4, $5, coalesce($6, now()))"
        " ON CONFLICT (order_id, carrier, tracking_number) DO NOTHING",
        *(shipment_id, order_id, carrier, number, ctx.actor.user_id, at),
    )
    return shipment_id


async def _move(
    tx: Tx,
    order_id: uuid.UUID,
    line_numbers: Sequence[int],
    target: LineState,
    shipment_id: uuid.UUID | None = None,
) -> list[Wants]:
    """All of the lines or none: the units of each that were not refunded before.

    Raises Conflict when one of them is not in a state that leads to ``target``, or has nothing left to send.
    """
    moved = await tx.all(
        Wants,
        "UPDATE shop_order_line SET fulfil_state = $3, shipment_id = coalesce($5, shipment_id)"
        " WHERE order_id = $1 AND line_no = ANY($2) AND fulfil_state = ANY($4)"
        " AND (refunded_qty < qty OR fulfil_state = 'shipped')"
        " RETURNING variant_id, qty - refunded_qty AS qty, name",
        *(order_id, list(line_numbers), target, sorted(line_sources(target)), shipment_id),
    )
    if not line_numbers or len(moved) != len(set(line_numbers)):
        raise _illegal()
    return moved


async def _finish(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, kind: Happened, **data: object) -> None:
    await derive(tx, order_id)
    await timeline.note(ctx, tx, [order_id], kind, **data)
    await ctx.audit(tx, f"shop.order_{kind.value}", str(order_id), **data)


def _taken() -> Conflict:
    return Conflict(
        N_("This order has a parcel with this number already."), code="tracking_used", domain="shop"
    )


def _illegal() -> Conflict:
    return Conflict(N_("This step is not possible now."), code="illegal_step", domain="shop")
