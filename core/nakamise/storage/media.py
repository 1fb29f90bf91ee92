"""``/media/…``: reading stored objects over HTTP, on the host of the tenant that owns them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter

from nakamise.plugin.access import anyone
from nakamise.storage.keys import belongs_to, is_private
from nakamise.storage.signing import UrlSigner
from nakamise.storage.store import ObjectMissing, ObjectStore, StoredObject

AnyRequest = Request[Any, Any, Any]

# Types that only our own encoder writes (`nakamise.images`). Everything else is a download.
_INLINE: Final = frozenset({"image/webp"})
_YEAR_S: Final = 365 * 24 * 3600
_FIXED_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    # Even a file that a browser takes for a page can neither run nor load anything.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
}


def authorise(key: str, *, schema: str, signer: UrlSigner, expires: str, signature: str) -> None:
    """Raises ObjectMissing for every reason to refuse: the answer tells nobody which keys exist."""
    if not belongs_to(key, schema):
        raise ObjectMissing
    if is_private(key) and not signer.verify(key, expires, signature):
        raise ObjectMissing


def response_headers(key: str, stored: StoredObject) -> dict[str, str]:
    """The headers besides Content-Type and Content-Length."""
    inline = stored.content_type in _INLINE
    public = not is_private(key)
    return {
        **_FIXED_HEADERS,
        "Content-Disposition": "inline" if inline else "attachment",
        "Cache-Control": f"public, max-age={_YEAR_S}, immutable" if public else "private, no-store",
        "ETag": f'"{stored.etag}"',
    }


def _unchanged(request_headers: Mapping[str, str], etag: str) -> bool:
    known = request_headers.get("if-none-match", "")
    return etag in (tag.strip().removeprefix("W/") for tag in known.split(","))


def media_route(
    store: ObjectStore, signer: UrlSigner, schema_of: Callable[[AnyRequest], str]
) -> HTTPRouteHandler:
    """The GET handler for ``/media/<key>``; ``schema_of`` gives the schema of the request's tenant."""

    @get("/media/{key:path}", opt=anyone(), include_in_schema=False)
    async def media(
        request: AnyRequest,
        key: FromPath[str],
        expires: Annotated[str, QueryParameter(name="expires")] = "",
        signature: Annotated[str, QueryParameter(name="signature")] = "",
    ) -> Response[bytes]:
        key = key.removeprefix("/")
        authorise(key, schema=schema_of(request), signer=signer, expires=expires, signature=signature)
        stored = await store.get(key)
        headers = response_headers(key, stored)
        if _unchanged(request.headers, headers["ETag"]):
            return Response(b"", status_code=304, headers=headers)
        return Response(stored.data, media_type=stored.content_type, headers=headers)

    return media
