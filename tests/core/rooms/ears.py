"""Somebody who listens to a hub, without a server in between."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from nakamise.plugin import RoomKind
from nakamise.rooms.address import EventId, RoomKey
from nakamise.rooms.event import View, encode
from nakamise.rooms.feed import Listener
from nakamise.rooms.hub import RoomHub, Visitor
from tests.core.rooms.line import Heard

KIND = RoomKind(id="aa.hall", admit="x:y", history=200)
JA = View("ja")


class Said(msgspec.Struct):
    text: str


def new_room() -> RoomKey:
    return RoomKey(uuid.uuid4(), KIND.id, "1")


async def say(hub: RoomHub, key: RoomKey, text: str, **said: Any) -> EventId:
    return await hub.publish(key, KIND, encode("said", Said(text), **said))


class Ears:
    def __init__(self, listener: Listener, first: bytes) -> None:
        self.listener = listener
        self.heard = [*_events(first)]

    async def listen(self) -> bool:
        """Until something comes; False: the connection ended."""
        async with asyncio.timeout(10):
            chunk = await self.listener.next()
        if chunk is not None:
            self.heard += _events(chunk)
        return chunk is not None

    async def of(self, name: str, n: int = 1) -> list[Heard]:
        """The first ``n`` events ``name``."""
        while len(found := [one for one in self.heard if one.name == name]) < n:
            assert await self.listen(), "cut off"
        return found[:n]

    async def texts(self, n: int) -> list[str]:
        return [one.data["text"] for one in await self.of("said", n)]

    async def presence(self, **wanted: int) -> None:
        """Until the latest count is ``wanted``."""
        while [one.data for one in self.heard if one.name == "presence"][-1:] != [wanted]:
            assert await self.listen(), "cut off"


@asynccontextmanager
async def ears(
    hub: RoomHub,
    key: RoomKey,
    *,
    who: bytes = b"somebody",
    since: EventId | None = None,
    view: View = JA,
    address: str = "192.0.2.1",
) -> AsyncIterator[Ears]:
    visitor = Visitor(view, address, who)
    async with hub.listening(key, KIND, visitor, since) as (listener, first):
        yield Ears(listener, first)


def _events(chunk: bytes) -> list[Heard]:
    found = []
    for part in chunk.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in part.split("\n") if ": " in line)
        if "data" in fields:
            found.append(Heard(fields["event"], msgspec.json.decode(fields["data"]), fields.get("id", "")))
    return found
