"""WHIP (RFC 9725). ``/livestream/whip`` takes a stream key, ``/livestream/<broadcast>/whip`` the studio's cookie."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, post, route
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, TenantCtx, anyone
from nakamise_livestream.whip import answers, asked, entering, publications, streams
from nakamise_livestream.whip.companion import MediaHost
from nakamise_livestream.whip.sessions import session_routes

_ACCEPT: Final = {"Accept-Post": answers.SDP}
_METHODS: Final = "POST, GET, HEAD, OPTIONS"


@post("/whip", opt=anyone(), include_in_schema=False)
async def publish_with_key(ctx: Ctx, request: Request[Any, Any, Any]) -> Response[bytes]:
    async def act() -> Response[bytes]:
        broadcast = await entering.publisher_with_key(ctx, asked.key_of(request))
        answer = await _publish(ctx, request, broadcast.id)
        if answer.status_code == 201:
            await entering.started_by_key(ctx, broadcast)
        return answer

    return await asked.answered(ctx, act)


@post("/{broadcast_id:uuid}/whip", opt=anyone(), include_in_schema=False)
async def publish_with_cookie(
    ctx: Ctx, request: Request[Any, Any, Any], broadcast_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    async def act() -> Response[bytes]:
        await entering.publisher_with_cookie(ctx, broadcast_id)
        return await _publish(ctx, request, broadcast_id)

    return await asked.answered(ctx, act)


async def _publish(
    ctx: TenantCtx, request: Request[Any, Any, Any], broadcast_id: uuid.UUID
) -> Response[bytes]:
    if not asked.has_type(request, answers.SDP):
        return answers.unsupported(answers.SDP)
    offer = await asked.text_of(request)
    host = await ctx.companion(MediaHost)
    answer = await host.engine.publish(streams.name_of(ctx, broadcast_id), offer)
    if host.is_external:
        await publications.remember(ctx, broadcast_id, answer.session)
    sealed = streams.seal(ctx, "publisher", broadcast_id, answer.session)
    return answers.created(answer, f"/livestream/{broadcast_id}/whip/{sealed}")


@route(
    ["/whip", "/{broadcast_id:uuid}/whip"],
    http_method=["GET", "HEAD", "OPTIONS"],
    opt=anyone(),
    include_in_schema=False,
)
async def ask_endpoint(request: Request[Any, Any, Any]) -> Response[bytes]:
    if request.method == "OPTIONS":
        return answers.options(_METHODS, _ACCEPT)
    return answers.empty(200, _ACCEPT)


route_handlers: Final[list[ControllerRouterHandler]] = [
    # First, or Litestar answers OPTIONS by itself.
    ask_endpoint,
    publish_with_key,
    publish_with_cookie,
    *session_routes("publisher", "whip"),
]
