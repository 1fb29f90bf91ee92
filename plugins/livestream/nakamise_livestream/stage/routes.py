"""WHIP for guests, by their link, and WHEP of each seat: for viewers, for the host, and for the other guests."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict, NotFound
from nakamise.plugin import Ctx, TenantCtx, anyone
from nakamise.web import N_
from nakamise_livestream.broadcasts import access, watching
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.stage import guests
from nakamise_livestream.stage.guests import Opened
from nakamise_livestream.whip import answers, asked, streams
from nakamise_livestream.whip.companion import MediaHost
from nakamise_livestream.words import DOMAIN

AnyRequest = Request[Any, Any, Any]


@post("/stage/{token:str}/whip", opt=anyone(), include_in_schema=False)
async def send(ctx: Ctx, request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    async def act() -> Response[bytes]:
        guest, broadcast = await _guest(ctx, token)
        if not asked.has_type(request, answers.SDP):
            return answers.unsupported(answers.SDP)
        offer = await asked.text_of(request)
        host = await _engine(ctx)
        answer = await host.engine.publish(streams.name_of(ctx, broadcast.id, guest.seat), offer)
        sealed = streams.seal(ctx, "publisher", broadcast.id, answer.session)
        return answers.created(answer, f"/livestream/{broadcast.id}/whip/{sealed}")

    return await asked.answered(ctx, act)


@post("/stage/{token:str}/{seat:int}/whep", opt=anyone(), include_in_schema=False)
async def hear(ctx: Ctx, request: AnyRequest, token: FromPath[str], seat: FromPath[int]) -> Response[bytes]:
    """For a guest, also before it is on the air; seat 0 is the host."""

    async def act() -> Response[bytes]:
        _, broadcast = await _guest(ctx, token)
        return await _play(ctx, request, broadcast, seat)

    return await asked.answered(ctx, act)


@post("/{broadcast_id:uuid}/stage/{seat:int}/whep", opt=anyone(), include_in_schema=False)
async def see(
    ctx: Ctx, request: AnyRequest, broadcast_id: FromPath[uuid.UUID], seat: FromPath[int]
) -> Response[bytes]:
    """For whoever may watch the broadcast, and for its host before the start."""

    async def act() -> Response[bytes]:
        async with ctx.read() as tx:
            broadcast = await watching.visible(ctx, tx, broadcast_id)
            may = broadcast.is_on_air or await access.may_moderate(ctx, tx, broadcast)
        if not may or not access.may_publish(broadcast):
            raise NotFound
        return await _play(ctx, request, broadcast, seat)

    return await asked.answered(ctx, act)


async def _guest(ctx: TenantCtx, token: str) -> tuple[Opened, Broadcast]:
    """Raises NotFound; Conflict when it is over."""
    async with ctx.read() as tx:
        guest, broadcast = await guests.opened_by(ctx, tx, token)
    access.require_open(broadcast)
    return guest, broadcast


async def _play(ctx: TenantCtx, request: AnyRequest, broadcast: Broadcast, seat: int) -> Response[bytes]:
    """Raises NotFound for a seat that there is not."""
    if not 0 <= seat < guests.SEATS:
        raise NotFound
    if not asked.has_type(request, answers.SDP):
        return answers.unsupported(answers.SDP)
    offer = await asked.text_of(request)
    host = await _engine(ctx)
    answer = await host.engine.play(streams.name_of(ctx, broadcast.id, seat), offer)
    sealed = streams.seal(ctx, "viewer", broadcast.id, answer.session)
    return answers.created(answer, f"/livestream/{broadcast.id}/whep/{sealed}")


async def _engine(ctx: TenantCtx) -> MediaHost:
    """Raises Conflict: another media server tells nobody who comes and goes."""
    host = await ctx.companion(MediaHost)
    if host.is_external:
        message = N_("Guests are not possible with this site's media server.")
        raise Conflict(message, code="no_guests", domain=DOMAIN)
    return host


route_handlers: Final[list[ControllerRouterHandler]] = [send, hear, see]
