"""What is on the air and sends is recorded. One process of the installation does this: the one that keeps the worker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Final

from nakamise.plugin import Installation, TenantCtx
from nakamise_livestream.archive.saving import Saving
from nakamise_livestream.media import MediaEngine, MediaEvent, MediaRefusal, Published, Resumed
from nakamise_livestream.recording.recorder import Recorder
from nakamise_livestream.whip import streams
from nakamise_livestream.whip.catching_up import StateOf, events_of

log: Final = logging.getLogger("nakamise.livestream")
LOOK_S: Final = 1.0
_ON_AIR: Final = """
SELECT state = 'live' AND publishing FROM livestream_broadcast
WHERE id = $1 AND state IN ('scheduled', 'live', 'paused')
"""


class Recordings:
    """Runs between :meth:`start` and :meth:`stop`."""

    def __init__(self, installation: Installation, engine: MediaEngine) -> None:
        self._installation = installation
        self._engine = engine
        self._seen: set[str] = set()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        events = events_of(self._engine)
        self._tasks = [asyncio.create_task(self._follow(events)), asyncio.create_task(self._look())]

    async def stop(self) -> None:
        """What was received is saved."""
        for task in (*self._tasks, *self._running.values()):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._running.values(), return_exceptions=True)

    async def _follow(self, events: AsyncIterator[MediaEvent | StateOf]) -> None:
        async for event in events:
            match event:
                case Published() | Resumed():
                    self._seen.add(event.stream)
                case StateOf():
                    self._seen.update(one.stream for one in event.published)

    async def _look(self) -> None:
        while True:
            for stream in list(self._seen):
                try:
                    await self._look_at(stream)
                except Exception:
                    log.exception("whether %s is to be recorded could not be seen", stream)
            await asyncio.sleep(LOOK_S)

    async def _look_at(self, stream: str) -> None:
        wanted = await self._is_on_air(stream)
        running = self._running.get(stream)
        if running is not None and running.done():
            del self._running[stream]
            running = None
        if wanted is None and running is None:
            self._seen.discard(stream)
        elif wanted and running is None:
            self._running[stream] = asyncio.create_task(self._record(stream), name=f"recording {stream}")
        elif not wanted and running is not None and not running.cancelling():
            running.cancel()

    async def _is_on_air(self, stream: str) -> bool | None:
        """None: there is no such broadcast, or it is over."""
        ctx, named = self._ctx(stream), streams.parse(stream)
        # Guests are not recorded: the host's picture is the broadcast.
        if ctx is None or named is None or named.seat:
            return None
        async with ctx.read() as tx:
            found = await tx.value(_ON_AIR, named.broadcast_id)
        return None if found is None else bool(found)

    async def _record(self, stream: str) -> None:
        ctx, named = self._ctx(stream), streams.parse(stream)
        if ctx is None or named is None:
            return
        saving = Saving(ctx, named.broadcast_id)
        try:
            await Recorder(self._engine, stream, saving.save).run()
        except MediaRefusal as refusal:
            log.info("the recording of %s stops: %s", stream, refusal)
        except Exception:
            log.exception("the recording of %s stops, and is tried again", stream)

    def _ctx(self, stream: str) -> TenantCtx | None:
        named = streams.parse(stream)
        return self._installation.ctx(named.tenant_id, "livestream") if named else None
