"""The stream of live messages."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from nakamise.testing import asgi
from tests.whitelabel.town import Town


class Note(msgspec.Struct):
    text: str


@pytest.mark.req("LC-0.1")
@pytest.mark.parametrize("path", ["/events", "/api/core/events"])
async def test_live_messages(town: Town, path: str) -> None:
    left = town.places["left"]
    session = await left.sign_in("buyer", is_api=path.startswith("/api/"))
    person = {name.lower(): value for name, value in session.items()}
    heard = asyncio.Event()
    sent: list[Any] = []
    begun = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if begun:
            return begun.pop()
        await heard.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))
        if b"data:" in message.get("body", b""):
            heard.set()

    scope = asgi._scope("http", left.stall.tenant, f"{path}?topic=hello.greeted", person)
    scope |= {"method": "GET", "scheme": "http"}
    task = asyncio.ensure_future(town.app(scope, receive, send))
    async with asyncio.timeout(20):
        while not heard.is_set():
            async with left.stall.ctx.begin() as tx:
                await town.runtime.live.push(tx, left.id, "hello.greeted", Note("花の香り"), None)
            await asyncio.sleep(0.1)
        await task
    leaks = (await town.words_for("left")).leaks(f"GET {path}", [("stream", repr(sent))])
    assert not leaks, "\n".join(leaks)
