"""Somebody who reads nothing is let go: they hold neither memory nor a place, and are not counted."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from litestar.types import Message, Scope

from nakamise.rooms.event import View
from nakamise.rooms.hub import RoomHub, Visitor
from nakamise.rooms.memory import MemoryStore
from nakamise.rooms.stream import RoomStream
from tests.core.rooms.ears import KIND, ears, new_room

pytestmark = pytest.mark.req("LC-0.4")


class Client:
    """Takes ``takes`` messages, and then nothing."""

    def __init__(self, takes: int) -> None:
        self._takes = takes

    async def send(self, _message: Message) -> None:
        self._takes -= 1
        if self._takes < 0:
            await asyncio.Event().wait()

    async def receive(self) -> Any:
        await asyncio.Event().wait()


@pytest.mark.parametrize("takes", [1, 2])
async def test_whoever_reads_nothing_is_let_go_and_not_counted(
    takes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nakamise.rooms.feed.STUCK_S", 0.5)
    hub, key, client = RoomHub(MemoryStore()), new_room(), Client(takes)
    stream = RoomStream(hub, key, KIND, Visitor(View("ja"), "192.0.2.7", b"stuck"), None)
    answering = asyncio.create_task(stream(cast("Scope", {"type": "http"}), client.receive, client.send))
    try:
        async with ears(hub, key, who=b"w") as here:
            async with asyncio.timeout(5):
                await answering
                while (await hub.census(key, KIND)).presence.now != 1:  # noqa: ASYNC110 - once a second
                    await asyncio.sleep(0.05)
        assert here.heard[0].name == "open"
    finally:
        await hub.close()


async def test_whoever_is_cancelled_from_outside_is_cancelled() -> None:
    hub, client = RoomHub(MemoryStore()), Client(1)
    stream = RoomStream(hub, new_room(), KIND, Visitor(View("ja"), "192.0.2.7", b"x"), None)
    answering = asyncio.create_task(stream(cast("Scope", {"type": "http"}), client.receive, client.send))
    await asyncio.sleep(0.05)
    answering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answering
    await hub.close()
