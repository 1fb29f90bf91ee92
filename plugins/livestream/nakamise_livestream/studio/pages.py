"""The studio of one broadcast, for its host and for staff who run broadcasts."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import NotFound
from nakamise.plugin import Ctx, signed_in
from nakamise.web import page
from nakamise_livestream.broadcasts import access, keys, preflight
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.chat import lines, minutes
from nakamise_livestream.chat.curve import curve
from nakamise_livestream.sales import numbers
from nakamise_livestream.stage import guests
from nakamise_livestream.studio import benches
from nakamise_livestream.studio.recording import recording_state
from nakamise_livestream.words import END_WHY, labels

AnyRequest = Request[Any, Any, Any]
UPLOAD_MAX: Final = 1_000_000


@get("/studio/{broadcast_id:uuid}", opt=signed_in(), include_in_schema=False)
async def studio(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    chat = await lines.chat_of(ctx, broadcast_id)
    async with ctx.read() as tx:
        broadcast = await access.hosted(ctx, tx, broadcast_id)
        bench = await benches.bench(ctx, tx, broadcast, chat)
        found = await preflight.preflight(ctx, tx, broadcast)
        told = await numbers.numbers(ctx, tx, broadcast_id)
        key = await keys.stream_key(ctx, tx, broadcast_id)
        recording = await recording_state(ctx, tx, broadcast_id)
        invited = await guests.guests(ctx, tx, broadcast_id)
        is_over = not broadcast.is_on_air and broadcast.state is not State.SCHEDULED
        found_minutes = await minutes.minutes(ctx, tx, broadcast_id) if is_over else []
    return await page(
        ctx,
        "livestream/studio.html",
        **bench.shown(ctx),
        is_over=is_over,
        recording=recording,
        lasted=_minutes(broadcast),
        curve=curve(found_minutes, ctx.tenant.zone),
        files=f"/api/livestream/broadcasts/{broadcast_id}/chat",
        why=labels(ctx, END_WHY).get(broadcast.end_why, ""),
        preflight=found,
        may_edit=True,
        key=key,
        whip=ctx.url("/livestream/whip"),
        facts=bench.facts(ctx)
        | {
            "is_over": is_over,
            "is_blocked": preflight.is_blocked(found),
            "is_rehearsing": broadcast.rehearsing_since is not None,
            "started_at": broadcast.started_at.isoformat() if broadcast.started_at else None,
            "numbers": msgspec.to_builtins(told),
            "guests": msgspec.to_builtins(invited),
            "seats": guests.GUESTS_MAX,
            "recording_trouble": recording.trouble,
        },
    )


def _minutes(broadcast: Broadcast) -> int:
    """How long it was on the air, pauses left out; 0 before its end."""
    if broadcast.started_at is None or broadcast.ended_at is None:
        return 0
    seconds = (broadcast.ended_at - broadcast.started_at).total_seconds() - broadcast.paused_s
    return max(1, round(seconds / 60))


@get("/studio/{broadcast_id:uuid}/moderate", opt=signed_in(), include_in_schema=False)
async def moderate(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """For moderators who are not hosts: the chat, what is shown, the run-sheet."""
    chat = await lines.chat_of(ctx, broadcast_id)
    if not chat.standing.may_moderate:
        # For everybody else there is no such page: not even of a broadcast that all may see.
        raise NotFound
    async with ctx.read() as tx:
        broadcast = await access.moderated(ctx, tx, broadcast_id)
        bench = await benches.bench(ctx, tx, broadcast, chat)
    facts = bench.facts(ctx)
    return await page(ctx, "livestream/studio_moderate.html", **bench.shown(ctx), may_edit=False, facts=facts)


@post(
    "/studio/{broadcast_id:uuid}/upload-check",
    opt=signed_in(),
    include_in_schema=False,
    status_code=204,
    request_max_body_size=UPLOAD_MAX,
)
async def upload_check(request: AnyRequest, ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> None:
    """Reads what the host's page sends to learn how fast its line is, and forgets it."""
    async with ctx.read() as tx:
        await access.hosted(ctx, tx, broadcast_id)
    async for _ in request.stream():
        pass


route_handlers: Final[list[ControllerRouterHandler]] = [studio, moderate, upload_check]
