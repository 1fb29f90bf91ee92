"""Static files of the core and of plugins, from memory."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import NotFound
from nakamise.plugin.access import anyone
from nakamise.plugin.context import Ctx


@get("/assets/{owner:str}/{digest:str}/{path:path}", opt=anyone(), include_in_schema=False)
async def asset(
    request: Request[Any, Any, Any], ctx: Ctx, owner: FromPath[str], digest: FromPath[str], path: FromPath[str]
) -> Response[bytes]:
    found = ctx.runtime.renderer.assets.find(owner, digest, path.removeprefix("/"))
    if found is None:
        raise NotFound
    file, cache_control = found
    body, coding = file.negotiate(request.headers.get("accept-encoding", ""))
    headers = {"cache-control": cache_control, "vary": "Accept-Encoding"}
    if coding:
        headers["content-encoding"] = coding
    return Response(body, media_type=file.media_type, headers=headers)


@get("/favicon.ico", opt=anyone(), include_in_schema=False)
async def favicon() -> Response[bytes]:
    """Browsers ask for it unasked; the page names the real icon."""
    return Response(b"", status_code=204, headers={"cache-control": "public, max-age=86400"})


route_handlers: Final[list[ControllerRouterHandler]] = [asset, favicon]
