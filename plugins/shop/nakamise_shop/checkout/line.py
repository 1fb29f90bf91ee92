"""The line in front of a tenant's tills in this process: who came first is served first, many at a time.

It saves work and decides nothing: another process has its own, and the database guards them all. Nobody waits in it
for longer than ``WAIT_S``: who is not served by then is told which number they are, and keeps their place for a
while if they come back with the same key.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import itertools
import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from nakamise.errors import Unavailable
from nakamise.plugin import Installation
from nakamise.web import N_

W = TypeVar("W")
R = TypeVar("R")
log: Final = logging.getLogger("nakamise.shop")
# So many checkouts of a tenant at once go straight to the database; with more of them, all that follow line up.
STRAIGHT: Final = 3
WAIT_S: Final = 0.8
# Carts that are read at the same time: a tenant holds three quarters of the pool, and the batch needs one of those.
READERS: Final = 3
BATCH_MAX: Final = 200
WAITING_MAX: Final = 2000
# A place is kept for who was sent away, and for so many of them.
KEPT_S: Final = 30.0
KEPT_MAX: Final = 10_000
RETRY_AFTER_S: Final = 1


class LineWait(Unavailable):
    """Not served in time; nothing was ordered or charged."""

    default_code = "line_wait"

    def __init__(self, number: int) -> None:
        super().__init__(
            N_(
                "Very many people are ordering right now. You are number %(n)s in line. Nothing was ordered or"
                " charged. Please try again."
            ),
            domain="shop",
            params={"n": number},
            headers={"Retry-After": str(RETRY_AFTER_S)},
        )


@dataclass(eq=False, slots=True)
class Spot(Generic[W, R]):
    """Somebody's place; ``number`` counts arrivals. ``work`` is there once it can be done."""

    number: int
    work: W | None = None
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    outcome: asyncio.Future[R] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def __lt__(self, other: Spot[W, R]) -> bool:
        return self.number < other.number


class Line(Generic[W, R]):
    """Of one tenant. ``serve`` does the work of ``most`` at a time, in order, and answers as many outcomes; ``room``
    is for so many people, and each waits for ``wait_s`` at most."""

    def __init__(
        self,
        serve: Callable[[Sequence[W]], Awaitable[Sequence[R]]],
        *,
        room: int = WAITING_MAX,
        most: int = BATCH_MAX,
    ) -> None:
        self.wait_s = WAIT_S
        self._most = most
        self._serve = serve
        self._room = room
        self._numbers = itertools.count()
        self._here: set[Spot[W, R]] = set()
        self._turns: list[tuple[int, int, asyncio.Future[None]]] = []
        self._asked = itertools.count()
        self._reading: set[int] = set()
        self._ready: list[Spot[W, R]] = []
        self._moved = asyncio.Event()
        self._kept: dict[tuple[uuid.UUID, str], tuple[int, float]] = {}
        self.server: asyncio.Task[None] | None = None

    @property
    def is_crowded(self) -> bool:
        return len(self._here) > STRAIGHT

    @contextmanager
    def arrival(self, who: tuple[uuid.UUID, str]) -> Iterator[Spot[W, R]]:
        """A place for as long as the block lasts. Raises LineWait when there is no room."""
        number, _ = self._kept.pop(who, (None, 0.0))
        if len(self._here) >= self._room:
            raise LineWait(len(self._here) + 1)
        spot: Spot[W, R] = Spot(next(self._numbers) if number is None else number)
        self._here.add(spot)
        try:
            yield spot
        except LineWait:
            self._keep(who, spot.number)
            raise
        finally:
            self._here.discard(spot)

    def ahead(self, spot: Spot[W, R]) -> int:
        """How many came before and are still here."""
        return sum(other.number < spot.number for other in self._here)

    @asynccontextmanager
    async def turn_to_read(self, spot: Spot[W, R]) -> AsyncIterator[None]:
        """A few at a time, who came first before the others."""
        if len(self._reading) >= READERS:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._turns, (spot.number, next(self._asked), turn))
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._next_turn(spot.number)
                raise
        else:
            self._reading.add(spot.number)
        try:
            yield
        finally:
            self._next_turn(spot.number)

    def _next_turn(self, done: int) -> None:
        self._reading.discard(done)
        while self._turns and len(self._reading) < READERS:
            number, _, turn = heapq.heappop(self._turns)
            if not turn.done():
                self._reading.add(number)
                turn.set_result(None)
        self._moved.set()

    def put(self, spot: Spot[W, R], work: W) -> None:
        """``work`` can be done from now on; ``spot.outcome`` will tell."""
        spot.work = work
        heapq.heappush(self._ready, spot)
        self._moved.set()
        if self.server is None or self.server.done():
            # Nothing of whoever came first goes along to the others.
            self.server = asyncio.create_task(self._work(), context=contextvars.Context())

    async def _work(self) -> None:
        while self._ready:
            self._moved.clear()
            if batch := self._take():
                await self._serve_batch(batch)
            elif self._ready:
                # Somebody who came earlier is still reading, for milliseconds.
                await self._moved.wait()

    def _take(self) -> list[Spot[W, R]]:
        """The next in the order of arrival, up to whoever came earlier and is reading still."""
        until = min(self._reading, default=None)
        batch: list[Spot[W, R]] = []
        while self._ready and len(batch) < self._most:
            if self._ready[0] not in self._here:
                heapq.heappop(self._ready)
                continue
            if until is not None and self._ready[0].number > until:
                break
            spot = heapq.heappop(self._ready)
            spot.taken.set()
            batch.append(spot)
        return batch

    async def _serve_batch(self, batch: Sequence[Spot[W, R]]) -> None:
        try:
            outcomes = await self._serve([spot.work for spot in batch if spot.work is not None])
        except Exception as error:  # noqa: BLE001 - the line goes on; everybody in the batch is told
            for spot in batch:
                if not spot.outcome.done():
                    spot.outcome.set_exception(error)
                    spot.outcome.exception()
            return
        for spot, outcome in zip(batch, outcomes, strict=True):
            if not spot.outcome.done():
                spot.outcome.set_result(outcome)

    def _keep(self, who: tuple[uuid.UUID, str], number: int) -> None:
        now = time.monotonic()
        self._kept[who] = (number, now)
        while self._kept:
            oldest = next(iter(self._kept))
            if len(self._kept) <= KEPT_MAX and now - self._kept[oldest][1] < KEPT_S:
                break
            del self._kept[oldest]


class Lines(Generic[W, R]):
    """One line for each tenant, by its schema."""

    def __init__(self) -> None:
        self._lines: dict[str, Line[W, R]] = {}

    def of(self, schema: str, serve: Callable[[Sequence[W]], Awaitable[Sequence[R]]]) -> Line[W, R]:
        line = self._lines.get(schema)
        if line is None:
            line = self._lines[schema] = Line(serve)
        return line

    async def close(self) -> None:
        """What is being written is written to its end."""
        servers = [line.server for line in self._lines.values() if line.server is not None]
        await asyncio.gather(*servers, return_exceptions=True)


@asynccontextmanager
async def open_lines(_: Installation) -> AsyncIterator[Lines[object, object]]:
    lines: Lines[object, object] = Lines()
    try:
        yield lines
    finally:
        await lines.close()
