"""A room as the body of an answer: written to the server directly, for thousands of them are open at once."""

from __future__ import annotations

import asyncio
from typing import Final

from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from nakamise.plugin.rooms import RoomKind
from nakamise.rooms.address import EventId, RoomKey
from nakamise.rooms.feed import Listener
from nakamise.rooms.greeting import retry_line
from nakamise.rooms.hub import RoomHub, Visitor

_HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}


class RoomStream(ASGIResponse):
    """Holds nothing but its listener and who writes to it: no database connection."""

    _should_set_content_length = False

    def __init__(
        self, hub: RoomHub, key: RoomKey, kind: RoomKind, visitor: Visitor, since: EventId | None
    ) -> None:
        super().__init__(media_type="text/event-stream", headers=_HEADERS)
        self._hub = hub
        self._key = key
        self._kind = kind
        self._visitor = visitor
        self._since = since

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises Unavailable and TooMany before anything is sent."""
        async with self._hub.listening(self._key, self._kind, self._visitor, self._since) as (
            listener,
            first,
        ):
            await self.start_response(send)
            # A task woken for each message: below the whole application's calls, every wake-up would pass them all.
            writing = asyncio.create_task(_write(send, listener, first))
            ended = asyncio.create_task(_disconnected(receive))
            ended.add_done_callback(lambda _: listener.cut())
            try:
                await asyncio.wait({writing})
            finally:
                ended.cancel()
                writing.cancel()
            # Else it was given up.
            if not writing.cancelled():
                writing.result()


async def _write(send: Send, listener: Listener, first: bytes) -> None:
    chunk: bytes | None = first
    listener.begin()
    while chunk is not None:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        chunk = await listener.next()
    await send({"type": "http.response.body", "body": retry_line(), "more_body": False})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
