"""The resource of a session: the same for publishers and viewers."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, delete, patch, route
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, anyone
from nakamise_livestream.media import Role
from nakamise_livestream.whip import answers, asked, publications, streams
from nakamise_livestream.whip.companion import MediaHost

_ACCEPT: Final = {"Accept-Patch": answers.FRAGMENT}
_METHODS: Final = "PATCH, DELETE, GET, HEAD, OPTIONS"


def session_routes(role: Role, protocol: str) -> list[ControllerRouterHandler]:
    """Whoever knows the URL of a session may change and end it: it is unguessable."""
    path = f"/{{broadcast_id:uuid}}/{protocol}/{{sealed:str}}"

    @patch(path, opt=anyone(), include_in_schema=False, name=f"livestream-{protocol}-patch")
    async def change(
        ctx: Ctx, request: Request[Any, Any, Any], broadcast_id: FromPath[uuid.UUID], sealed: FromPath[str]
    ) -> Response[bytes]:
        async def act() -> Response[bytes]:
            session = streams.unseal(ctx, role, broadcast_id, sealed)
            if not asked.has_type(request, answers.FRAGMENT):
                return answers.unsupported(answers.FRAGMENT)
            fragment = await asked.text_of(request)
            host = await ctx.companion(MediaHost)
            return answers.patched(await host.engine.patch(session, fragment, asked.if_match(request)))

        return await asked.answered(ctx, act)

    @delete(path, status_code=200, opt=anyone(), include_in_schema=False, name=f"livestream-{protocol}-end")
    async def leave(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], sealed: FromPath[str]) -> Response[bytes]:
        async def act() -> Response[bytes]:
            session = streams.unseal(ctx, role, broadcast_id, sealed)
            host = await ctx.companion(MediaHost)
            await host.engine.close(session)
            if host.is_external and role == "publisher":
                await publications.left(ctx, broadcast_id, session)
            return answers.empty()

        return await asked.answered(ctx, act)

    @route(path, http_method=["GET", "HEAD", "OPTIONS"], opt=anyone(), include_in_schema=False)
    async def ask(
        ctx: Ctx, request: Request[Any, Any, Any], broadcast_id: FromPath[uuid.UUID], sealed: FromPath[str]
    ) -> Response[bytes]:
        async def act() -> Response[bytes]:
            session = streams.unseal(ctx, role, broadcast_id, sealed)
            if request.method == "OPTIONS":
                return answers.options(_METHODS, _ACCEPT)
            host = await ctx.companion(MediaHost)
            await host.engine.check(session)
            return answers.empty(204 if request.method == "GET" else 200)

        return await asked.answered(ctx, act)

    # The last is first, or Litestar answers OPTIONS by itself.
    return [ask, change, leave]
