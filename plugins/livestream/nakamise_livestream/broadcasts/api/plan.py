"""A host plans broadcasts."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, signed_in
from nakamise_livestream.broadcasters.apply import require_approved
from nakamise_livestream.broadcasts import access, cancel, covers, lists, plan, rehearse, series
from nakamise_livestream.broadcasts.schemas import (
    Broadcast,
    BroadcastChange,
    CancelInput,
    NewBroadcast,
    OwnFilter,
    OwnPage,
    SwitchInput,
)
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.uploads import picture_in, refusing

TAGS: Final = ["live studio"]
ONE: Final = "/studio/broadcasts/{broadcast_id:uuid}"


class Copied(msgspec.Struct, frozen=True):
    """How many later broadcasts of the series were changed."""

    count: int


@get("/studio/broadcasts", opt=signed_in(), tags=TAGS, operation_id="livestream_list_own")
async def list_own(
    ctx: Ctx,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=1000)] = 1,
) -> OwnPage:
    """The signed-in broadcaster's, with counts by state."""
    async with ctx.read() as tx:
        host = await require_approved(ctx, tx)
        return await lists.own(ctx, tx, host.id, OwnFilter(state=in_state, page=page_number))


@post("/studio/broadcasts", opt=signed_in(), tags=TAGS, operation_id="livestream_create_broadcast")
async def create_broadcast(ctx: Ctx, data: JSONBody[NewBroadcast]) -> Broadcast:
    """Without ``scheduled_for`` it is announced to nobody before it starts."""
    async with ctx.begin() as tx:
        return await plan.create(ctx, tx, data)


@get(ONE, opt=signed_in(), tags=TAGS, operation_id="livestream_get_own")
async def get_own(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Broadcast:
    async with ctx.read() as tx:
        return await access.hosted(ctx, tx, broadcast_id)


@put(ONE, opt=signed_in(), tags=TAGS, operation_id="livestream_change_broadcast")
async def change_broadcast(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[BroadcastChange]
) -> Broadcast:
    """409 ``stale``: it is newer than ``version``; read it again."""
    async with ctx.begin() as tx:
        return await plan.change(ctx, tx, broadcast_id, data)


@post(
    f"{ONE}/cancel", opt=signed_in(), tags=TAGS, operation_id="livestream_cancel_broadcast", status_code=200
)
async def cancel_broadcast(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[CancelInput]
) -> Broadcast:
    async with ctx.begin() as tx:
        return await cancel.cancel(ctx, tx, broadcast_id, data.reason)


@put(f"{ONE}/rehearsal", opt=signed_in(), tags=TAGS, operation_id="livestream_set_rehearsal")
async def set_rehearsal(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[SwitchInput]
) -> Broadcast:
    """Media runs, and only staff and moderators see it."""
    async with ctx.begin() as tx:
        return await rehearse.rehearse(ctx, tx, broadcast_id, on=data.on)


@post(f"{ONE}/cover", opt=signed_in(), tags=TAGS, operation_id="livestream_put_cover", status_code=200)
async def put_cover(
    request: Request[Any, Any, Any], ctx: Ctx, broadcast_id: FromPath[uuid.UUID]
) -> Broadcast:
    """multipart/form-data with the file ``picture``: JPEG, PNG or WebP of at most 10 MB."""
    data = await picture_in(request)
    with refusing():
        return await covers.put(ctx, broadcast_id, data)


@delete(f"{ONE}/cover", opt=signed_in(), tags=TAGS, operation_id="livestream_remove_cover", status_code=200)
async def remove_cover(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Broadcast:
    async with ctx.begin() as tx:
        return await covers.remove(ctx, tx, broadcast_id)


@delete(f"{ONE}/series", opt=signed_in(), tags=TAGS, operation_id="livestream_stop_series", status_code=200)
async def stop_series(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Broadcast:
    """It does not repeat any more; what is announced stays."""
    async with ctx.begin() as tx:
        await series.stop(ctx, tx, broadcast_id)
        return await access.hosted(ctx, tx, broadcast_id)


@post(f"{ONE}/carry-on", opt=signed_in(), tags=TAGS, operation_id="livestream_carry_on", status_code=200)
async def carry_on(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Copied:
    """Text, cover, products, run-sheet and moderators, for the later ones of its series too."""
    async with ctx.begin() as tx:
        return Copied(await series.carry_on(ctx, tx, broadcast_id))


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_own,
    create_broadcast,
    get_own,
    change_broadcast,
    cancel_broadcast,
    set_rehearsal,
    put_cover,
    remove_cover,
    stop_series,
    carry_on,
]
