"""Cross-site request forgery and cross-site WebSockets, refused by what the browser says of the request.

Browsers send Sec-Fetch-Site or Origin with every unsafe request and every WebSocket handshake, and pages
cannot forge them (OWASP CSRF Prevention Cheat Sheet, "Fetch Metadata"). A request with cookies and with
neither header is refused too. Bearer tokens without cookies are not a browser's: it sends cookies and HTTP
authentication (RFC 7617) by itself, but adds a token for another site only where CORS let a page do so. The same
holds for methods and content types that no form can send (Fetch, "CORS-preflight request"): what comes with them
and without cookies is what a route itself has opened to other sites, as WHEP is.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from nakamise.routing.asgi import Scope

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SENT_BY_FORMS: Final = frozenset(
    {b"", b"application/x-www-form-urlencoded", b"multipart/form-data", b"text/plain"}
)


def forged(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    if scope["type"] == "http" and scope["method"] in _SAFE:
        return False
    has_token = headers.get(b"authorization", b"")[:7].lower() == b"bearer "
    if b"cookie" not in headers and (has_token or _asked_before(scope, headers)):
        return False
    origin = headers.get(b"origin")
    if origin is not None and not _same(origin, headers.get(b"host", b"")):
        return True
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site not in (b"same-origin", b"none")
    return origin is None and b"cookie" in headers


def _asked_before(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """Whether a browser sends it to another site only after this site's consent, a preflight's answer."""
    if scope["type"] != "http":
        return False
    content_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return scope["method"] != "POST" or content_type not in _SENT_BY_FORMS


def _same(origin: bytes, host: bytes) -> bool:
    try:
        asked_from = urlsplit(origin.decode("latin-1")).netloc
    except ValueError:  # no address at all, so not ours
        return False
    return asked_from.lower() == host.decode("latin-1").lower()
