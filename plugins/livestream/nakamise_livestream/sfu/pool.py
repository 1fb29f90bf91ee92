"""Several workers as one `MediaEngine`: a stream is published at one, and relayed once to each other that needs it.

Nothing is remembered here: where a stream is, the workers are asked. So any number of web processes agree.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final, TypeVar

import msgspec

from nakamise_livestream.media import (
    Answer,
    EngineAway,
    EngineBack,
    EngineLost,
    MediaEvent,
    NotLive,
    Patched,
    Published,
    SessionGone,
    StreamStats,
    TapItem,
    Usage,
    ViewerJoined,
    ViewerLeft,
    ViewerStats,
    WorkerState,
)
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.sfu.hub import EventHub
from nakamise_livestream.sfu.worker.messages import Holding

T = TypeVar("T")

# A worker with so many sessions shares its streams out.
SPREAD_FROM: Final = 300


class EnginePool:
    """``workers`` is by names that stay: they are part of session ids. Names have no dot."""

    def __init__(self, workers: Mapping[str, EmbeddedEngine], *, spread_from: int = SPREAD_FROM) -> None:
        self._workers = dict(workers)
        self._spread_from = spread_from
        self._hub = EventHub()
        self._watchers: list[asyncio.Task[None]] = []
        self._counts: dict[str, dict[str, int]] = {}

    def start(self) -> None:
        for name, worker in self._workers.items():
            self._watchers.append(asyncio.create_task(self._watch(name, worker.events())))
            worker.start()

    @property
    def connected(self) -> bool:
        """To one of them at least."""
        return any(worker.connected for worker in self._workers.values())

    async def stop(self) -> None:
        for watcher in self._watchers:
            watcher.cancel()
        for worker in self._workers.values():
            await worker.stop()

    # --- MediaEngine --------------------------------------------------------------------------

    async def publish(self, stream: str, offer: str) -> Answer:
        held = await self._held(stream)
        name = _origin(held) or _least(held)
        return _named(name, await self._workers[name].publish(stream, offer))

    async def play(self, stream: str, offer: str) -> Answer:
        held = await self._held(stream)
        origin = _origin(held)
        if origin is None:
            raise NotLive("nothing is being published on this stream")
        name = origin if held[origin].sessions < self._spread_from else _least(held)
        if name != origin:
            await self._workers[name].follow(stream, self._workers[origin])
        return _named(name, await self._workers[name].play(stream, offer))

    async def patch(self, session: str, fragment: str, if_match: str | None = None) -> Patched:
        worker, inner = self._of(session)
        return await worker.patch(inner, fragment, if_match)

    async def close(self, session: str) -> None:
        worker, inner = self._of(session)
        await worker.close(inner)

    async def check(self, session: str) -> None:
        worker, inner = self._of(session)
        await worker.check(inner)

    async def end(self, stream: str, reason: str = "ended") -> None:
        held = await self._held(stream)
        await asyncio.gather(*(self._workers[name].end(stream, reason) for name in held))
        self._counts.pop(stream, None)

    async def stats(self, stream: str) -> StreamStats | None:
        held = await self._held(stream)
        origin = _origin(held)
        if origin is None:
            return None
        whole = await self._workers[origin].stats(stream)
        relays = [name for name, holding in held.items() if holding.part == "relay"]
        for part in await asyncio.gather(*(self._workers[name].stats(stream) for name in relays)):
            whole = _plus(whole, part) if whole and part else whole
        return whole

    async def viewers(self, stream: str) -> dict[str, ViewerStats]:
        held = await self._held(stream)
        found = await asyncio.gather(*(self._workers[name].viewers(stream) for name in held))
        return {
            f"{name}.{session}": stats
            for name, sessions in zip(held, found, strict=True)
            for session, stats in sessions.items()
        }

    async def usage(self, stream: str) -> tuple[Usage, ...]:
        found = await self._from_all(lambda worker: worker.usage(stream))
        return tuple(usage for _, usages in found for usage in usages)

    async def published(self) -> tuple[Published, ...]:
        found = await self._from_all(lambda worker: worker.published())
        return tuple(
            msgspec.structs.replace(event, session=f"{name}.{event.session}")
            for name, events in found
            for event in events
        )

    async def health(self) -> tuple[WorkerState, ...]:
        found = await asyncio.gather(*(worker.health() for worker in self._workers.values()))
        return tuple(state for states in found for state in states)

    async def request_keyframe(self, stream: str) -> None:
        origin = _origin(await self._held(stream))
        if origin is None:
            raise NotLive("nothing is being published on this stream")
        await self._workers[origin].request_keyframe(stream)

    async def tap(self, stream: str) -> AsyncIterator[TapItem]:
        origin = _origin(await self._held(stream))
        if origin is None:
            raise NotLive("nothing is being published on this stream")
        async for item in self._workers[origin].tap(stream):
            yield item

    def events(self) -> AsyncIterator[MediaEvent]:
        return self._hub.listen()

    # --- inside -------------------------------------------------------------------------------

    def _of(self, session: str) -> tuple[EmbeddedEngine, str]:
        name, _, inner = session.partition(".")
        worker = self._workers.get(name)
        if worker is None:
            raise SessionGone("there is no such session")
        return worker, inner

    async def _held(self, stream: str) -> dict[str, Holding]:
        """What the workers that can be reached have of it. Raises :class:`EngineAway` if there is none."""
        return dict(await self._from_all(lambda worker: worker.holding(stream)))

    async def _from_all(self, ask: Callable[[EmbeddedEngine], Awaitable[T]]) -> list[tuple[str, T]]:
        """What the workers that can be reached answer. Raises :class:`EngineAway` if there is none."""
        up = {name: worker for name, worker in self._workers.items() if worker.connected} or self._workers
        asked = await asyncio.gather(*(ask(worker) for worker in up.values()), return_exceptions=True)
        answers = zip(up, asked, strict=True)
        found = [(name, answer) for name, answer in answers if not isinstance(answer, BaseException)]
        if not found:
            raise EngineAway("no media worker can be reached")
        return found

    async def _watch(self, name: str, events: AsyncIterator[MediaEvent]) -> None:
        async for event in events:
            self._hub.tell(self._seen_from_outside(name, event))

    def _seen_from_outside(self, name: str, event: MediaEvent) -> MediaEvent:
        if isinstance(event, EngineLost | EngineBack):
            for counts in self._counts.values():
                counts.pop(name, None)
            return msgspec.structs.replace(event, worker=name)
        named = msgspec.structs.replace(event, session=f"{name}.{event.session}")
        if not isinstance(event, ViewerJoined | ViewerLeft):
            return named
        counts = self._counts.setdefault(event.stream, {})
        counts[name] = event.viewers
        return msgspec.structs.replace(named, viewers=sum(counts.values()))


def _origin(held: Mapping[str, Holding]) -> str | None:
    by_part = {holding.part: name for name, holding in held.items()}
    return by_part.get("publisher") or by_part.get("former")


def _least(held: Mapping[str, Holding]) -> str:
    return min(held, key=lambda name: held[name].sessions)


def _named(name: str, answer: Answer) -> Answer:
    return msgspec.structs.replace(answer, session=f"{name}.{answer.session}")


def _plus(whole: StreamStats, part: StreamStats) -> StreamStats:
    return msgspec.structs.replace(
        whole,
        viewers=whole.viewers + part.viewers,
        viewer_seconds=whole.viewer_seconds + part.viewer_seconds,
        packets_out=whole.packets_out + part.packets_out,
        bytes_out=whole.bytes_out + part.bytes_out,
    )
