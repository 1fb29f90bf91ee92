"""What the engine tells becomes what is known of broadcasts. One process of the installation does this."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from nakamise.plugin import Installation, TenantCtx
from nakamise_livestream.broadcasts import on_air
from nakamise_livestream.media import (
    EngineAway,
    MediaEngine,
    MediaEvent,
    Published,
    Resumed,
    Stalled,
    Unpublished,
    ViewerJoined,
    ViewerLeft,
)
from nakamise_livestream.stage import guests
from nakamise_livestream.whip import streams
from nakamise_livestream.whip.catching_up import StateOf, events_of
from nakamise_livestream.whip.streams import StreamName
from nakamise_livestream.whip.tally import Tally

log: Final = logging.getLogger("nakamise.livestream")
NOTE_S: Final = 5.0


class Following:
    """Runs between :meth:`start` and :meth:`stop`."""

    def __init__(self, installation: Installation, engine: MediaEngine) -> None:
        self._installation = installation
        self._engine = engine
        self._tallies: dict[str, Tally] = {}
        self._publishing: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        events = events_of(self._engine)
        self._tasks = [asyncio.create_task(self._follow(events)), asyncio.create_task(self._note())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._note_all()

    async def _follow(self, events: AsyncIterator[MediaEvent | StateOf]) -> None:
        async for event in events:
            try:
                await self._heard(event)
            except Exception:
                log.exception("%s was not noted", type(event).__name__)

    async def _heard(self, event: MediaEvent | StateOf) -> None:
        match event:
            case StateOf():
                await self._compare(event)
            case Published() | Resumed():
                await self._arrived(event.stream)
            case Stalled():
                await self._lost(event.stream)
            case Unpublished() if event.reason != "replaced":
                await self._lost(event.stream)
            case ViewerJoined() | ViewerLeft():
                self._tallies.setdefault(event.stream, Tally())

    async def _compare(self, state: StateOf) -> None:
        streams_now = {one.stream for one in state.published}
        for stream in self._publishing - streams_now:
            await self._lost(stream)
        for stream in streams_now - self._publishing:
            await self._arrived(stream)

    async def _arrived(self, stream: str) -> None:
        self._publishing.add(stream)
        self._tallies.setdefault(stream, Tally())
        named = streams.parse(stream)
        ctx = self._ctx(stream)
        if named is None or ctx is None or not await _welcome(ctx, named):
            await self._engine.end(stream, "ended")

    async def _lost(self, stream: str) -> None:
        self._publishing.discard(stream)
        named = streams.parse(stream)
        ctx = self._ctx(stream)
        if named and ctx and named.seat:
            await guests.left(ctx, named.broadcast_id, named.seat)
        elif named and ctx:
            await on_air.publisher_lost(ctx, named.broadcast_id)

    def _ctx(self, stream: str) -> TenantCtx | None:
        """Of the stream's tenant; None when it is gone, or has the plugin off."""
        named = streams.parse(stream)
        return self._installation.ctx(named.tenant_id, "livestream") if named else None

    async def _note(self) -> None:
        while True:
            await asyncio.sleep(NOTE_S)
            await self._note_all()

    async def _note_all(self) -> None:
        for stream, tally in list(self._tallies.items()):
            try:
                await self._note_one(stream, tally)
            except EngineAway:
                log.debug("the engine is away: %s is noted later", stream)
            except Exception:
                log.exception("the numbers of %s were not noted", stream)

    async def _note_one(self, stream: str, tally: Tally) -> None:
        named = streams.parse(stream)
        ctx = self._ctx(stream)
        if named is None or ctx is None:
            del self._tallies[stream]
            return
        is_over = await self._engine.stats(stream) is None
        usages = await self._engine.usage(stream)
        if named.seat:
            # Who watches a guest watches the broadcast: the minute is counted there.
            usages = tuple(msgspec.structs.replace(usage, seconds=0) for usage in usages)
        await tally.note(ctx, named.broadcast_id, usages)
        if is_over:
            del self._tallies[stream]


async def _welcome(ctx: TenantCtx, named: StreamName) -> bool:
    if named.seat:
        return await guests.arrived(ctx, named.broadcast_id, named.seat)
    return await on_air.publisher_arrived(ctx, named.broadcast_id)
