"""Answers given before a tenant is known: they carry no brand and no markup."""

from __future__ import annotations

from nakamise.routing.asgi import Scope, Send


async def plain(send: Send, status: int, text: str) -> None:
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def refuse(scope: Scope, send: Send, status: int, text: str) -> None:
    """An HTTP answer, or a closed WebSocket (RFC 6455 code 1008, policy violation)."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": text})
    else:
        await plain(send, status, text)
