"""HTTP answers as WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep-03) want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Response

from nakamise.errors import Problem
from nakamise.plugin import TenantCtx
from nakamise.web import gettext_for
from nakamise_livestream.media import Answer, MediaRefusal, Patched
from nakamise_livestream.words import REFUSALS, words

SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"
_PROBLEM: Final = "application/problem+json"
# Who calls from another site has no cookie here, and shows a key or watches what everybody may watch.
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Retry-After, Accept-Post, Accept-Patch",
}
_ALLOWED_HEADERS: Final = "Authorization, Content-Type, If-Match"


def created(answer: Answer, location: str) -> Response[bytes]:
    headers = {
        "Location": location,
        "ETag": answer.etag,
        "Accept-Patch": FRAGMENT,
        "Cache-Control": "no-store",
    }
    return _answer(201, answer.sdp.encode(), SDP, headers)


def patched(done: Patched) -> Response[bytes]:
    """204 without an ETag when candidates were taken; 200 with the new one after an ICE restart."""
    if done.fragment is None:
        return empty(204)
    headers = {"ETag": done.etag or "", "Cache-Control": "no-store"}
    return _answer(200, done.fragment.encode(), FRAGMENT, headers)


def empty(status: int = 200, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    return _answer(status, b"", SDP, headers or {})


def elsewhere(url: str) -> Response[bytes]:
    """307: the same request, to there (RFC 9725 §4.5)."""
    return empty(307, {"Location": url, "Cache-Control": "no-store"})


def options(methods: str, accept: Mapping[str, str]) -> Response[bytes]:
    """To a preflight, and to whoever asks what is understood here."""
    allow = {
        "Allow": methods,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
        "Access-Control-Max-Age": "7200",
    }
    return empty(200, {**allow, **accept})


def refused(ctx: TenantCtx, refusal: MediaRefusal) -> Response[bytes]:
    """``reason`` is for the other side's developer, the rest for who sits before it."""
    after = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    said = words(ctx)(REFUSALS[refusal.code])
    return _problem(refusal.status, refusal.code, said, after, reason=str(refusal))


def problem(ctx: TenantCtx, fault: Problem) -> Response[bytes]:
    said = gettext_for(ctx.locale, fault.domain)(fault.message)
    headers = dict(fault.headers)
    if fault.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _problem(fault.status, fault.code, said % fault.params if fault.params else said, headers)


def unsupported(wanted: str) -> Response[bytes]:
    return _problem(415, "unsupported_media_type", f"send {wanted}", {"Accept-Post": wanted})


def _problem(status: int, code: str, detail: str, headers: Mapping[str, str], **more: str) -> Response[bytes]:
    body = {"type": "about:blank", "title": detail, "status": status, "detail": detail, "code": code, **more}
    return _answer(status, msgspec.json.encode(body), _PROBLEM, headers)


def _answer(status: int, body: bytes, media_type: str, headers: Mapping[str, str]) -> Response[Any]:
    return Response(body, status_code=status, media_type=media_type, headers={**_CORS, **headers})
