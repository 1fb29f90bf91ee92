"""The embedded engine as web processes use it: a `MediaEngine` whose work is done by a worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec

from nakamise_livestream.media import (
    Answer,
    EngineAway,
    MediaEvent,
    Patched,
    Published,
    SessionGone,
    StreamStats,
    TapItem,
    Usage,
    ViewerStats,
    WorkerHealth,
    WorkerState,
)
from nakamise_livestream.sfu.hub import EventHub
from nakamise_livestream.sfu.link import Link
from nakamise_livestream.sfu.tapping import open_tap
from nakamise_livestream.sfu.worker import messages

T = TypeVar("T")


class EmbeddedEngine:
    """``place`` and ``token`` as in `WorkerConfig`. Used between :meth:`start` and :meth:`stop`, in one loop."""

    def __init__(self, place: str, token: str) -> None:
        self._place = place
        self._token = token
        self._hub = EventHub()
        self._link = Link(place, token, self._hub.tell)

    def start(self) -> None:
        """Connects in the background, and again whenever the connection breaks."""
        self._link.start()

    @property
    def connected(self) -> bool:
        return self._link.connected

    async def stop(self, *, for_good: bool = True) -> None:
        """``for_good``: a worker that lingers need not wait for us."""
        await self._link.close(for_good=for_good)

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

    async def check(self, session: str) -> None:
        if not self.connected:
            raise SessionGone("the session's worker is away")
        await self._link.ask(messages.Check(id=self._id(), session=session))

    async def end(self, stream: str, reason: str = "ended") -> None:
        await self._link.ask(messages.End(id=self._id(), stream=stream, reason=reason))

    async def stats(self, stream: str) -> StreamStats | None:
        raw = await self._link.ask(messages.Stats(id=self._id(), stream=stream))
        return msgspec.msgpack.decode(raw, type=StreamStats | None)

    async def viewers(self, stream: str) -> dict[str, ViewerStats]:
        return await self._ask(messages.Viewers(id=self._id(), stream=stream), dict[str, ViewerStats])

    async def usage(self, stream: str) -> tuple[Usage, ...]:
        return await self._ask(messages.Meters(id=self._id(), stream=stream), tuple[Usage, ...])

    async def published(self) -> tuple[Published, ...]:
        return await self._ask(messages.ListPublished(id=self._id()), tuple[Published, ...])

    async def health(self) -> tuple[WorkerState, ...]:
        try:
            found = await self._ask(messages.Look(id=self._id()), WorkerHealth)
        except EngineAway:
            found = None
        return (WorkerState(place=self._place, health=found),)

    async def request_keyframe(self, stream: str) -> None:
        await self._link.ask(messages.RequestKeyframe(id=self._id(), stream=stream))

    async def tap(self, stream: str) -> AsyncIterator[TapItem]:
        tap = await open_tap(self._place, self._token, stream)
        try:
            async for item in tap.items():
                yield item
        finally:
            tap.close()

    def events(self) -> AsyncIterator[MediaEvent]:
        return self._hub.listen()

    # --- for pools ----------------------------------------------------------------------------

    async def follow(self, stream: str, origin: EmbeddedEngine) -> None:
        """Relay the stream from another worker. Raises :class:`NotLive` and :class:`EngineAway`."""
        request = messages.Follow(id=self._id(), stream=stream, place=origin._place, token=origin._token)
        await self._link.ask(request)

    async def holding(self, stream: str) -> messages.Holding:
        return await self._ask(messages.Ask(id=self._id(), stream=stream), messages.Holding)

    # --- inside -------------------------------------------------------------------------------

    def _id(self) -> int:
        return self._link.next_id()

    async def _ask(self, request: messages.Request, kind: type[T]) -> T:
        return msgspec.msgpack.decode(await self._link.ask(request), type=kind)
