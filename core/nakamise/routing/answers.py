"""Answers given outside the web framework: they carry no brand and no markup."""

from __future__ import annotations

from typing import Final

import msgspec

from nakamise.routing.asgi import Scope, Send

_CODES: Final = {
    400: "bad_request",
    403: "forbidden",
    421: "misdirected",
    503: "unavailable",
}


async def plain(send: Send, status: int, text: str, media_type: bytes = b"text/plain; charset=utf-8") -> None:
    body = text.encode()
    headers = [
        (b"content-type", media_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if status == 503:
        headers.append((b"retry-after", b"2"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def refuse(scope: Scope, send: Send, status: int, text: str) -> None:
    """problem+json on the API, else text; a WebSocket is closed (RFC 6455 code 1008, policy violation)."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": text})
    elif scope["path"].startswith("/api/"):
        problem = {
            "type": "about:blank",
            "title": text,
            "status": status,
            "detail": text,
            "code": _CODES[status],
        }
        await plain(send, status, msgspec.json.encode(problem).decode(), b"application/problem+json")
    else:
        await plain(send, status, text)
