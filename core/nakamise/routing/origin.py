"""Cross-site request forgery and cross-site WebSockets, refused by what the browser says of the request.

Browsers send Sec-Fetch-Site or Origin with every unsafe request and every WebSocket handshake, and pages
cannot forge them (OWASP CSRF Prevention Cheat Sheet, "Fetch Metadata"). A request with cookies and with
neither header is refused too. Bearer tokens without cookies are not a browser's: it sends cookies and HTTP
authentication (RFC 7617) by itself, but adds a token for another site only where CORS let a page do so.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from nakamise.routing.asgi import Scope

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def forged(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    if scope["type"] == "http" and scope["method"] in _SAFE:
        return False
    if headers.get(b"authorization", b"")[:7].lower() == b"bearer " and b"cookie" not in headers:
        return False
    origin = headers.get(b"origin")
    if origin is not None and not _same(origin, headers.get(b"host", b"")):
        return True
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site not in (b"same-origin", b"none")
    return origin is None and b"cookie" in headers


def _same(origin: bytes, host: bytes) -> bool:
    return urlsplit(origin.decode("latin-1")).netloc.lower() == host.decode("latin-1").lower()
