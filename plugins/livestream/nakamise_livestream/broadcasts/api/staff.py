"""Staff watch over broadcasts and keep the master of categories."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires
from nakamise_livestream.broadcasters.schemas import ReasonInput
from nakamise_livestream.broadcasts import categories, end, label, limit, lists, rows, served
from nakamise_livestream.broadcasts.categories import Category, CategoryInput
from nakamise_livestream.broadcasts.label import LabelNote
from nakamise_livestream.broadcasts.schemas import (
    Broadcast,
    LimitInput,
    MonitorFilter,
    OwnPage,
    StaffLabelInput,
)
from nakamise_livestream.broadcasts.served import Served, Traffic
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.rights import MANAGE, MONITOR
from nakamise_livestream.whip import chores

TAGS: Final = ["live staff"]
ONE: Final = "/staff/broadcasts/{broadcast_id:uuid}"
_CATEGORY: Final = "/staff/categories/{category_id:uuid}"


@get("/staff/broadcasts", opt=requires(MONITOR), tags=TAGS, operation_id="livestream_staff_list")
async def list_all(
    ctx: Ctx,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    lost: FromQuery[bool] = False,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=1000)] = 1,
) -> OwnPage:
    """In all states, those on the air first. ``lost``: only those whose picture is missing."""
    async with ctx.read() as tx:
        return await lists.monitored(ctx, tx, MonitorFilter(state=in_state, lost=lost, q=q, page=page_number))


@get(ONE, opt=requires(MONITOR), tags=TAGS, operation_id="livestream_staff_get")
async def get_one(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Broadcast:
    async with ctx.read() as tx:
        return await rows.get(tx, broadcast_id, ctx.locale)


@post(f"{ONE}/end", opt=requires(MONITOR), tags=TAGS, operation_id="livestream_staff_end", status_code=200)
async def force_end(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[ReasonInput]) -> Broadcast:
    """Viewers and host are told the reason, and the media are cut."""
    async with ctx.begin() as tx:
        ended = await end.force_end(ctx, tx, broadcast_id, data.reason)
    await chores.cut_at_once(ctx, broadcast_id)
    return ended


@get("/staff/traffic", opt=requires(MONITOR), tags=TAGS, operation_id="livestream_staff_traffic")
async def traffic(ctx: Ctx) -> Traffic:
    """What was watched and sent this month, of the plan and by broadcast."""
    async with ctx.read() as tx:
        return await served.traffic(ctx, tx)


@get(f"{ONE}/traffic", opt=requires(MONITOR), tags=TAGS, operation_id="livestream_staff_one_traffic")
async def traffic_of_one(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Served:
    """From its beginning on."""
    async with ctx.read() as tx:
        await rows.get(tx, broadcast_id)
        found = await served.served(tx, [broadcast_id])
    return found.get(broadcast_id, Served())


@put(f"{ONE}/label", opt=requires(MANAGE), tags=TAGS, operation_id="livestream_staff_label")
async def assign_label(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[StaffLabelInput]
) -> Broadcast:
    """``locked``: the host cannot take it off."""
    async with ctx.begin() as tx:
        return await label.assign(ctx, tx, broadcast_id, data)


@get(f"{ONE}/label", opt=requires(MONITOR), tags=TAGS, operation_id="livestream_staff_label_notes")
async def label_notes(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> list[LabelNote]:
    """Since when it said what."""
    async with ctx.read() as tx:
        await rows.get(tx, broadcast_id)
        return await label.story(tx, broadcast_id)


@put(f"{ONE}/limit", opt=requires(MANAGE), tags=TAGS, operation_id="livestream_staff_limit")
async def set_limit(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[LimitInput]) -> Broadcast:
    """More minutes than the tenant allows in general, for a special."""
    async with ctx.begin() as tx:
        return await limit.set_limit(ctx, tx, broadcast_id, data.minutes)


@get("/staff/categories", opt=requires(MANAGE), tags=TAGS, operation_id="livestream_staff_categories")
async def list_categories(ctx: Ctx) -> list[Category]:
    async with ctx.read() as tx:
        return await categories.categories(tx)


@post("/staff/categories", opt=requires(MANAGE), tags=TAGS, operation_id="livestream_staff_add_category")
async def add_category(ctx: Ctx, data: JSONBody[CategoryInput]) -> list[Category]:
    async with ctx.begin() as tx:
        return await categories.add(ctx, tx, data)


@put(_CATEGORY, opt=requires(MANAGE), tags=TAGS, operation_id="livestream_staff_change_category")
async def change_category(
    ctx: Ctx, category_id: FromPath[uuid.UUID], data: JSONBody[CategoryInput]
) -> list[Category]:
    async with ctx.begin() as tx:
        return await categories.change(ctx, tx, category_id, data)


@delete(
    _CATEGORY,
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="livestream_staff_remove_category",
    status_code=200,
)
async def remove_category(ctx: Ctx, category_id: FromPath[uuid.UUID]) -> list[Category]:
    """409 ``in_use`` while a broadcast has it."""
    async with ctx.begin() as tx:
        return await categories.remove(ctx, tx, category_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_all,
    get_one,
    force_end,
    traffic,
    traffic_of_one,
    assign_label,
    label_notes,
    set_limit,
    list_categories,
    add_category,
    change_category,
    remove_category,
]
