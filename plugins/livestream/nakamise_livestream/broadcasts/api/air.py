"""A host goes on the air: start, pause, resume, end, and the key for programmes such as OBS."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, sensitive, signed_in
from nakamise_livestream.broadcasts import end, keys, pause, start
from nakamise_livestream.broadcasts.api.plan import ONE, TAGS
from nakamise_livestream.broadcasts.keys import NewStreamKey, StreamKey
from nakamise_livestream.broadcasts.schemas import Broadcast, StartInput
from nakamise_livestream.whip import chores


class KeyState(msgspec.Struct, frozen=True):
    """None: no key was made yet."""

    stream_key: StreamKey | None


@post(f"{ONE}/start", opt=signed_in(), tags=TAGS, operation_id="livestream_start", status_code=200)
async def start_broadcast(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[StartInput]
) -> Broadcast:
    """403 unless the broadcaster is approved; 409 ``on_air`` while another one of theirs runs,
    ``not_ready`` when the check is said to have passed and something is in the way."""
    async with ctx.begin() as tx:
        return await start.start(ctx, tx, broadcast_id, data)


@post(f"{ONE}/pause", opt=signed_in(), tags=TAGS, operation_id="livestream_pause", status_code=200)
async def pause_broadcast(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Broadcast:
    async with ctx.begin() as tx:
        return await pause.pause(ctx, tx, broadcast_id)


@post(f"{ONE}/resume", opt=signed_in(), tags=TAGS, operation_id="livestream_resume", status_code=200)
async def resume_broadcast(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Broadcast:
    async with ctx.begin() as tx:
        return await pause.resume(ctx, tx, broadcast_id)


@post(f"{ONE}/end", opt=signed_in(), tags=TAGS, operation_id="livestream_end", status_code=200)
async def end_broadcast(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Broadcast:
    async with ctx.begin() as tx:
        return await end.end(ctx, tx, broadcast_id)


@get(f"{ONE}/key", opt=signed_in(), tags=TAGS, operation_id="livestream_get_key")
async def get_key(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> KeyState:
    """Its last characters; the key itself is shown only when it is made."""
    async with ctx.read() as tx:
        return KeyState(await keys.stream_key(ctx, tx, broadcast_id))


@post(f"{ONE}/key", opt=sensitive(signed_in()), tags=TAGS, operation_id="livestream_renew_key")
async def renew_key(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> NewStreamKey:
    """The key is in this answer only; the one before ceases to work, and whoever sends with it is cut off."""
    async with ctx.begin() as tx:
        before = await keys.stream_key(ctx, tx, broadcast_id)
        made = await keys.renew(ctx, tx, broadcast_id)
    if before is not None and before.used_at is not None:
        await chores.cut_at_once(ctx, broadcast_id)
    return made


route_handlers: Final[list[ControllerRouterHandler]] = [
    start_broadcast,
    pause_broadcast,
    resume_broadcast,
    end_broadcast,
    get_key,
    renew_key,
]
