"""What everybody may ask, and the wish to be reminded."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, anyone, signed_in
from nakamise_livestream.broadcasts import calendar, categories, lists, pins, reminders, watching
from nakamise_livestream.broadcasts.calendar import CalendarFilter, Month
from nakamise_livestream.broadcasts.categories import CategoryChoice
from nakamise_livestream.broadcasts.pins import Pin
from nakamise_livestream.broadcasts.schemas import CardPage, ListFilter, PublicBroadcast, Status

TAGS: Final = ["live"]


class Reminder(msgspec.Struct, frozen=True):
    """``people`` want to be told, the reader among them or not (``on``)."""

    on: bool
    people: int


@get("/broadcasts", opt=anyone(), tags=TAGS, operation_id="livestream_list_broadcasts")
async def list_broadcasts(
    ctx: Ctx,
    status: FromQuery[Status | None] = None,
    category: FromQuery[str | None] = None,
    broadcaster: FromQuery[uuid.UUID | None] = None,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=1000)] = 1,
) -> CardPage:
    """On the air (most viewers first), then announced (next first), then past (latest first)."""
    wanted = ListFilter(status=status, category=category, broadcaster=broadcaster, q=q, page=page_number)
    async with ctx.read() as tx:
        return await lists.cards(ctx, tx, wanted)


@get("/broadcasts/{broadcast_id:uuid}", opt=anyone(), tags=TAGS, operation_id="livestream_get_broadcast")
async def get_broadcast(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> PublicBroadcast:
    async with ctx.read() as tx:
        return await watching.public(ctx, tx, broadcast_id)


@get("/broadcasts/{broadcast_id:uuid}/pins", opt=anyone(), tags=TAGS, operation_id="livestream_list_pins")
async def list_pins(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> list[Pin]:
    """What was shown when, in order: marks on the recording."""
    async with ctx.read() as tx:
        await watching.visible(ctx, tx, broadcast_id)
        return await pins.story(tx, broadcast_id)


@get("/calendar", opt=anyone(), tags=TAGS, operation_id="livestream_get_calendar")
async def get_calendar(
    ctx: Ctx,
    month: Annotated[str | None, QueryParameter(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] = None,
    broadcaster: FromQuery[uuid.UUID | None] = None,
) -> Month:
    """``month`` as YYYY-MM, by default this one; days are those of the site's time zone."""
    async with ctx.read() as tx:
        return await calendar.month(ctx, tx, CalendarFilter(month=month, broadcaster=broadcaster))


@get("/categories", opt=anyone(), tags=TAGS, operation_id="livestream_list_categories")
async def list_categories(ctx: Ctx) -> list[CategoryChoice]:
    async with ctx.read() as tx:
        return await categories.choices(ctx, tx)


@put(
    "/broadcasts/{broadcast_id:uuid}/reminder",
    opt=signed_in(),
    tags=TAGS,
    operation_id="livestream_set_reminder",
)
async def set_reminder(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Reminder:
    """A mail before it starts."""
    async with ctx.begin() as tx:
        return Reminder(True, await reminders.wish(ctx, tx, broadcast_id, on=True))


@delete(
    "/broadcasts/{broadcast_id:uuid}/reminder",
    opt=signed_in(),
    tags=TAGS,
    operation_id="livestream_drop_reminder",
    status_code=200,
)
async def drop_reminder(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Reminder:
    async with ctx.begin() as tx:
        return Reminder(False, await reminders.wish(ctx, tx, broadcast_id, on=False))


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_broadcasts,
    get_broadcast,
    list_pins,
    get_calendar,
    list_categories,
    set_reminder,
    drop_reminder,
]
