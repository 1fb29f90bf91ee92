"""The embedded engine as web processes use it: a `MediaEngine` whose work is done by a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final, TypeVar
from weakref import WeakSet

import msgspec

from nakamise_livestream.media import (
    Answer,
    EngineAway,
    MediaEvent,
    Patched,
    StreamStats,
    TapItem,
    ViewerStats,
)
from nakamise_livestream.sfu.link import Link, connection, refusal
from nakamise_livestream.sfu.worker import messages

T = TypeVar("T")

# Events that nobody fetches: the oldest go.
MOST_EVENTS: Final = 10_000

_item: msgspec.msgpack.Decoder[TapItem] = msgspec.msgpack.Decoder(TapItem)
_reply: msgspec.msgpack.Decoder[messages.Reply] = msgspec.msgpack.Decoder(messages.Reply)


class EmbeddedEngine:
    """``place`` and ``token`` as in `WorkerConfig`. Used between :meth:`start` and :meth:`stop`, in one loop."""

    def __init__(self, place: str, token: str) -> None:
        self._place = place
        self._token = token
        self._link = Link(place, token, self._tell)
        self._readers: WeakSet[asyncio.Queue[MediaEvent]] = WeakSet()

    def start(self) -> None:
        """Connects in the background, and again whenever the connection breaks."""
        self._link.start()

    async def stop(self) -> None:
        await self._link.close()

    # --- MediaEngine --------------------------------------------------------------------------

    async def publish(self, stream: str, offer: str) -> Answer:
        return await self._ask(messages.Publish(id=self._id(), stream=stream, offer=offer), Answer)

    async def play(self, stream: str, offer: str) -> Answer:
        return await self._ask(messages.Play(id=self._id(), stream=stream, offer=offer), Answer)

    async def patch(self, session: str, fragment: str, if_match: str | None = None) -> Patched:
        request = messages.Patch(id=self._id(), session=session, fragment=fragment, if_match=if_match)
        return await self._ask(request, Patched)

    async def close(self, session: str) -> None:
        await self._link.ask(messages.Close(id=self._id(), session=session))

    async def end(self, stream: str, reason: str = "ended") -> None:
        await self._link.ask(messages.End(id=self._id(), stream=stream, reason=reason))

    async def stats(self, stream: str) -> StreamStats | None:
        raw = await self._link.ask(messages.Stats(id=self._id(), stream=stream))
        return msgspec.msgpack.decode(raw, type=StreamStats | None)

    async def viewers(self, stream: str) -> dict[str, ViewerStats]:
        return await self._ask(messages.Viewers(id=self._id(), stream=stream), dict[str, ViewerStats])

    async def request_keyframe(self, stream: str) -> None:
        await self._link.ask(messages.RequestKeyframe(id=self._id(), stream=stream))

    async def tap(self, stream: str) -> AsyncIterator[TapItem]:
        hello = messages.Hello(token=self._token, tap=stream)
        try:
            async with connection(self._place, hello) as (reader, _writer):
                await _check_welcome(reader)
                while (body := await messages.read_frame(reader)) is not None:
                    yield _item.decode(body)
        except OSError as error:
            raise EngineAway("the media engine cannot be reached") from error

    def events(self) -> AsyncIterator[MediaEvent]:
        queue: asyncio.Queue[MediaEvent] = asyncio.Queue()
        self._readers.add(queue)
        return _drain(queue)

    # --- inside -------------------------------------------------------------------------------

    def _id(self) -> int:
        return self._link.next_id()

    async def _ask(self, request: messages.Request, kind: type[T]) -> T:
        return msgspec.msgpack.decode(await self._link.ask(request), type=kind)

    def _tell(self, event: MediaEvent) -> None:
        for queue in self._readers:
            if queue.qsize() >= MOST_EVENTS:
                queue.get_nowait()
            queue.put_nowait(event)


async def _drain(queue: asyncio.Queue[MediaEvent]) -> AsyncIterator[MediaEvent]:
    while True:
        yield await queue.get()


async def _check_welcome(reader: asyncio.StreamReader) -> None:
    body = await messages.read_frame(reader)
    first = None if body is None else _reply.decode(body)
    if isinstance(first, messages.Refused):
        raise refusal(first)
    if first is None:
        raise EngineAway("the media engine went away")
