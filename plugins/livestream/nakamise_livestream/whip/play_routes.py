"""WHEP (draft-ietf-wish-whep-03) at ``/livestream/<broadcast>/whep``, for whoever may watch the broadcast."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, post, route
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, anyone
from nakamise_livestream.whip import answers, asked, entering, streams
from nakamise_livestream.whip.companion import MediaHost
from nakamise_livestream.whip.sessions import session_routes

_ACCEPT: Final = {"Accept-Post": answers.SDP}
_METHODS: Final = "POST, GET, HEAD, OPTIONS"


@post("/{broadcast_id:uuid}/whep", opt=anyone(), include_in_schema=False)
async def play(
    ctx: Ctx, request: Request[Any, Any, Any], broadcast_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    async def act() -> Response[bytes]:
        await entering.viewer(ctx, broadcast_id)
        if not asked.has_type(request, answers.SDP):
            return answers.unsupported(answers.SDP)
        offer = await asked.text_of(request)
        host = await ctx.companion(MediaHost)
        if host.viewers_at:
            return answers.elsewhere(host.viewers_at.format(stream=streams.name_of(ctx, broadcast_id)))
        answer = await host.engine.play(streams.name_of(ctx, broadcast_id), offer)
        sealed = streams.seal(ctx, "viewer", broadcast_id, answer.session)
        return answers.created(answer, f"/livestream/{broadcast_id}/whep/{sealed}")

    return await asked.answered(ctx, act)


@route(
    "/{broadcast_id:uuid}/whep", http_method=["GET", "HEAD", "OPTIONS"], opt=anyone(), include_in_schema=False
)
async def ask_endpoint(request: Request[Any, Any, Any]) -> Response[bytes]:
    if request.method == "OPTIONS":
        return answers.options(_METHODS, _ACCEPT)
    return answers.empty(200, _ACCEPT)


route_handlers: Final[list[ControllerRouterHandler]] = [
    # First, or Litestar answers OPTIONS by itself.
    ask_endpoint,
    play,
    *session_routes("viewer", "whep"),
]
