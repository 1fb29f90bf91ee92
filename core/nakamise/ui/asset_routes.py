"""The route that sends static files; a plugin's files exist only where the plugin is on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from nakamise.ui.assets import PREFIX, AssetStore
from nakamise.ui.i18n import CORE

AnyRequest = Request[Any, Any, Any]
OwnersOf = Callable[[AnyRequest], frozenset[str]]


def asset_route(store: AssetStore, owners_of: OwnersOf | None = None) -> HTTPRouteHandler:
    """A handler for `/assets/<owner>/<hash>/<path>`. `owners_of` answers who is on for a request (None: everybody)."""

    @get(PREFIX + "/{owner:str}/{digest:str}/{path:path}", include_in_schema=False, name="asset")
    async def serve(
        request: AnyRequest, owner: FromPath[str], digest: FromPath[str], path: FromPath[str]
    ) -> Response[bytes]:
        if owners_of is not None and owner != CORE and owner not in owners_of(request):
            raise NotFoundException
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
