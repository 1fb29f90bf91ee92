"""The route that sends static files. The gate lets it see only files of plugins that are on."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from nakamise.plugin.access import anyone
from nakamise.ui.assets import PREFIX, AssetStore

AnyRequest = Request[Any, Any, Any]


def asset_route(store: AssetStore) -> HTTPRouteHandler:
    """A handler for `/assets/<owner>/<hash>/<path>`."""

    @get(PREFIX + "/{owner:str}/{digest:str}/{path:path}", opt=anyone(), include_in_schema=False)
    async def serve(
        request: AnyRequest, owner: FromPath[str], digest: FromPath[str], path: FromPath[str]
    ) -> Response[bytes]:
        found = store.find(owner, digest, path.lstrip("/"))
        if found is None:
            raise NotFoundException
        asset, cache_control = found
        body, coding = asset.negotiate(request.headers.get("accept-encoding", ""))
        headers = {
            "cache-control": cache_control,
            "vary": "accept-encoding",
            "x-content-type-options": "nosniff",
        }
        if coding:
            headers["content-encoding"] = coding
        return Response(body, media_type=asset.media_type, headers=headers)

    return serve
