"""Notes, changes and steps on many orders as JSON, for staff."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.plugin import Ctx, requires
from nakamise_shop.orders import changing, fewer
from nakamise_shop.orders.schemas import GIFT, NOTE, Order
from nakamise_shop.orders.service import order_by_id
from nakamise_shop.staff.orders import bulk as order_bulk
from nakamise_shop.staff.orders import notes
from nakamise_shop.staff.orders.bulk import Outcome, ShipOrders, StartOrders
from nakamise_shop.staff.orders.desk import MovedTo, ship_to
from nakamise_shop.staff.orders.notes import Note, NoteInput
from nakamise_shop.staff.orders.pages import FULFIL, READ

TAGS: Final = ["shop staff"]
Units = Annotated[int, Meta(ge=1, le=999)]


class Wishes(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``gift``: the slip shows no prices."""

    note: Annotated[str, Meta(max_length=500)] = ""
    gift: bool = False


class FewerLine(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    line_no: int
    units: Units


class FewerInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``idem`` is the caller's own id of this act: the same again changes nothing."""

    idem: uuid.UUID
    lines: Annotated[list[FewerLine], Meta(min_length=1, max_length=500)]
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


@post("/staff/orders/bulk/start", opt=requires(FULFIL), tags=TAGS, status_code=200,
      operation_id="shop_staff_start_orders")  # fmt: skip
async def start_orders(ctx: Ctx, data: JSONBody[StartOrders]) -> list[Outcome]:
    """Every waiting line of each order; one refusal stops no other."""
    return await order_bulk.start_all(ctx, data.orders)


@post("/staff/orders/bulk/ship", opt=requires(FULFIL), tags=TAGS, status_code=200,
      operation_id="shop_staff_ship_orders")  # fmt: skip
async def ship_orders(ctx: Ctx, data: JSONBody[ShipOrders]) -> list[Outcome]:
    """One parcel for each order, with everything that has not left; one refusal stops no other."""
    return await order_bulk.ship_all(ctx, data.parcels)


@get("/staff/orders/{order_id:uuid}/notes", opt=requires(READ), tags=TAGS,
     operation_id="shop_staff_list_order_notes")  # fmt: skip
async def list_notes(ctx: Ctx, order_id: FromPath[uuid.UUID]) -> list[Note]:
    """Only staff see them; the newest first."""
    async with ctx.read() as tx:
        await order_by_id(ctx, tx, order_id)
        return await notes.notes_of(tx, order_id)


@post("/staff/orders/{order_id:uuid}/notes", opt=requires(READ), tags=TAGS,
      operation_id="shop_staff_add_order_note")  # fmt: skip
async def add_note(ctx: Ctx, order_id: FromPath[uuid.UUID], data: JSONBody[NoteInput]) -> Note:
    async with ctx.begin() as tx:
        return await notes.add(ctx, tx, order_id, data.body)


@delete("/staff/orders/{order_id:uuid}/notes/{note_id:uuid}", opt=requires(READ), tags=TAGS,
        operation_id="shop_staff_remove_order_note")  # fmt: skip
async def remove_note(ctx: Ctx, order_id: FromPath[uuid.UUID], note_id: FromPath[uuid.UUID]) -> None:
    """One's own."""
    async with ctx.begin() as tx:
        await notes.remove(ctx, tx, order_id, note_id)


@put("/staff/orders/{order_id:uuid}/address", opt=requires(FULFIL), tags=TAGS,
     operation_id="shop_staff_change_order_address")  # fmt: skip
async def change_address(ctx: Ctx, order_id: FromPath[uuid.UUID], data: JSONBody[MovedTo]) -> Order:
    """Until the first parcel left; amounts stay. 409 ``not_changeable``, or ``undeliverable`` for a place to which
    the shop does not send. 422 with ``difference`` says what sending costs more or less there: sent again with that
    number, the shop bears it."""
    async with ctx.begin() as tx:
        await changing.change_address(ctx, tx, order_id, ship_to(data), data.difference)
        return await order_by_id(ctx, tx, order_id)


@put("/staff/orders/{order_id:uuid}/wishes", opt=requires(FULFIL), tags=TAGS,
     operation_id="shop_staff_change_order_wishes")  # fmt: skip
async def change_wishes(ctx: Ctx, order_id: FromPath[uuid.UUID], data: JSONBody[Wishes]) -> Order:
    """The buyer's note, and whether it is a gift; until the first parcel left."""
    async with ctx.begin() as tx:
        values = {NOTE: data.note.strip(), GIFT: "1" if data.gift else ""}
        await changing.change_inputs(ctx, tx, order_id, values)
        return await order_by_id(ctx, tx, order_id)


@post("/staff/orders/{order_id:uuid}/fewer", opt=requires(FULFIL), tags=TAGS, status_code=200,
      operation_id="shop_staff_take_out_of_order")  # fmt: skip
async def take_out(ctx: Ctx, order_id: FromPath[uuid.UUID], data: JSONBody[FewerInput]) -> Order:
    """Units that were not sent are paid back and stay in the house."""
    async with ctx.begin() as tx:
        units = {line.line_no: line.units for line in data.lines}
        await fewer.take_out(ctx, tx, order_id, data.idem, units, data.reason)
        return await order_by_id(ctx, tx, order_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    start_orders,
    ship_orders,
    list_notes,
    add_note,
    remove_note,
    change_address,
    change_wishes,
    take_out,
]
