"""The rooms of one process: what is said in them and who listens here."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Coroutine
from contextlib import ExitStack, asynccontextmanager
from typing import Any, Final, NamedTuple

from nakamise.errors import Unavailable
from nakamise.plugin.rooms import RoomKind
from nakamise.rooms import event as events
from nakamise.rooms.address import EventId, RoomKey
from nakamise.rooms.ending import end
from nakamise.rooms.event import RoomEvent, View
from nakamise.rooms.feed import Feed, Listener
from nakamise.rooms.greeting import AWAY, BACK, greeting, retry_line
from nakamise.rooms.limits import Doors
from nakamise.rooms.pulse import Pulse
from nakamise.rooms.store import Attendance, Census, RoomStore, StoreAway
from nakamise.ui.i18n import N_

# A connection ends after about this long and the page makes a new one, with the rights that it has by then.
LIFE_S: Final = 480.0
# Announcements that wait for a store which is away; the oldest give way.
WAITING_MAX: Final = 1_000


class Visitor(NamedTuple):
    """Who comes in. ``person`` is a digest that means nothing elsewhere."""

    view: View
    address: str
    person: bytes
    counted: bool = True


class RoomHub:
    """One for a process."""

    encode = staticmethod(events.encode)

    def __init__(self, store: RoomStore) -> None:
        self._store = store
        self._feeds: dict[RoomKey, Feed] = {}
        self._opening: defaultdict[RoomKey, asyncio.Lock] = defaultdict(asyncio.Lock)
        # Those who came while the store was away: they are let go when it is back, and come again.
        self._outside: dict[RoomKey, Feed] = {}
        self._unsaid: deque[tuple[RoomKey, RoomKind, RoomEvent]] = deque(maxlen=WAITING_MAX)
        self._saying = asyncio.Lock()
        self._doors = Doors()
        self._pulse = Pulse(self._feeds, self._outside, store)
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Event()

    # --- saying ----------------------------------------------------------------------------------

    async def publish(self, key: RoomKey, kind: RoomKind, event: RoomEvent) -> EventId:
        """Raises Unavailable."""
        self._start()
        try:
            return await self._store.append(key, kind, event)
        except StoreAway as away:
            raise _unavailable() from away

    async def publish_sometime(self, key: RoomKey, kind: RoomKind, event: RoomEvent) -> None:
        """Now, or when the store is back; lost if this process ends before."""
        self._start()
        self._unsaid.append((key, kind, event))
        await self._say_unsaid()

    async def _say_unsaid(self) -> None:
        async with self._saying:
            while self._unsaid:
                try:
                    await self._store.append(*self._unsaid[0])
                except StoreAway:
                    return
                self._unsaid.popleft()

    def react(self, key: RoomKey, kind: RoomKind, name: str, n: int) -> None:
        self._start()
        self._pulse.react(key, kind, name, n)

    async def census(self, key: RoomKey, kind: RoomKind) -> Census:
        """Raises Unavailable."""
        self._start()
        try:
            return await self._store.attend(key, kind, Attendance())
        except StoreAway as away:
            raise _unavailable() from away

    async def cursor(self, key: RoomKey) -> str:
        """Empty while the store is away."""
        self._start()
        try:
            return str(await self._store.last_id(key))
        except StoreAway:
            return ""

    # --- listening -------------------------------------------------------------------------------

    @asynccontextmanager
    async def listening(
        self, key: RoomKey, kind: RoomKind, visitor: Visitor, since: EventId | None
    ) -> AsyncIterator[tuple[Listener, bytes]]:
        """The listener and what it is told first. Raises Unavailable, TooMany."""
        if self._ending.is_set():
            raise _unavailable()
        self._start()
        person = visitor.person if visitor.counted else None
        until = asyncio.get_running_loop().time() + LIFE_S * random.uniform(0.8, 1.2)  # noqa: S311 (no secret)
        with self._doors.passed(key.tenant_id, visitor.address, visitor.person), ExitStack() as inside:
            try:
                feed = await self._feed(key, kind)
                listener = inside.enter_context(feed.entered(visitor.view, person, until))
                first = await greeting(self._store, key, feed, listener, since)
            except StoreAway:
                inside.close()
                feed = self._outside.setdefault(key, Feed(kind, EventId(0, 0)))
                listener = inside.enter_context(feed.entered(visitor.view, None, until))
                first = retry_line() + AWAY
            if self._ending.is_set():
                listener.cut()
            yield listener, first

    async def _feed(self, key: RoomKey, kind: RoomKind) -> Feed:
        if found := self._feeds.get(key):
            return found
        async with self._opening[key]:
            if found := self._feeds.get(key):
                return found
            at = await self._store.last_id(key)
            feed = self._feeds[key] = Feed(kind, at)
            self._store.follow(key, at, feed.deliver)
        self._opening.pop(key, None)
        return feed

    # --- the process -----------------------------------------------------------------------------

    def _start(self) -> None:
        """With the first use: the hub is made before there is an event loop to run on."""
        if not self._tasks:
            self._store.start(self._changed)
            self._run(self._pulse.run(), "rooms-pulse")

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _changed(self, is_up: bool) -> None:
        for feed in self._feeds.values():
            feed.tell(BACK if is_up else AWAY)
        if is_up:
            for feed in self._outside.values():
                feed.cut_all()
            self._run(self._say_unsaid(), "rooms-unsaid")

    def end_streams(self) -> None:
        """Whoever listens is let go, to come again elsewhere; nobody comes in any more."""
        self._ending.set()
        for feed in (*self._feeds.values(), *self._outside.values()):
            feed.cut_all()

    async def close(self) -> None:
        await end(self._tasks)
        for feed in (*self._feeds.values(), *self._outside.values()):
            feed.close()
        await self._store.close()


def _unavailable() -> Unavailable:
    return Unavailable(N_("The live connection is interrupted. Please try again in a moment."))
