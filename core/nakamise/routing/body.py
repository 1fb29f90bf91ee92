"""A request's body read before it is routed."""

from __future__ import annotations

from nakamise.routing.asgi import Message, Receive


async def whole_body(receive: Receive, most: int) -> bytes | None:
    """None when it is larger than ``most`` bytes, or when whoever sent it has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if not message.get("more_body"):
            return bytes(body)


def replayed(body: bytes, receive: Receive) -> Receive:
    """Gives ``body``, and after it what ``receive`` gives."""
    is_given = False

    async def receive_again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
