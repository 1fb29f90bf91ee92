"""Rooms in this process's memory: for one process. They end with it; then nobody is counted from before."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from itertools import dropwhile
from typing import Final

from nakamise.plugin.rooms import Presence, RoomKind
from nakamise.rooms.address import EventId, RoomKey
from nakamise.rooms.event import RoomEvent, Stored
from nakamise.rooms.store import Attendance, Census, Deliver

SWEEP_S: Final = 60.0


class MemoryRoom:
    """``born`` is the id before all others: not one of an earlier process, or of the room's former life."""

    def __init__(self, kind: RoomKind, born: EventId) -> None:
        self.kind = kind
        self.history: deque[Stored] = deque(maxlen=kind.history)
        self.born = born
        self.last = born
        self.touched = 0.0
        self.here: set[bytes] = set()
        self.seen: set[bytes] = set()
        self.peak = 0
        self.reactions: Counter[str] = Counter()

    def add(self, event: RoomEvent) -> Stored:
        self.last = EventId(self.last.ms, self.last.n + 1)
        stored = Stored(self.last, event)
        self.history.append(stored)
        return stored

    def holds(self, id_: EventId) -> bool:
        """Whether everything after ``id_`` is here."""
        first = self.history[0].id.n if self.history else self.last.n + 1
        return id_.ms == self.born.ms and first - 1 <= id_.n <= self.last.n


class MemoryStore:
    """See ``RoomStore``. It is never away."""

    is_up = True

    def __init__(self) -> None:
        self._rooms: dict[RoomKey, MemoryRoom] = {}
        self._following: dict[RoomKey, Deliver] = {}
        # Where rooms begin that nobody has made yet.
        self._born = EventId(time.time_ns() // 1_000_000, 0)
        self._swept = time.monotonic()

    def start(self, on_change: Callable[[bool], None]) -> None:
        """Nothing to do."""

    async def append(self, key: RoomKey, kind: RoomKind, event: RoomEvent) -> EventId:
        stored = self._touched(key, kind).add(event)
        if deliver := self._following.get(key):
            deliver((stored,))
        return stored.id

    async def last_id(self, key: RoomKey) -> EventId:
        found = self._rooms.get(key)
        return found.last if found else self._born

    async def between(self, key: RoomKey, after: EventId, upto: EventId) -> list[Stored] | None:
        found = self._rooms.get(key)
        if found is None:
            return [] if after == self._born else None
        if not found.holds(after):
            return None
        newer = dropwhile(lambda stored: stored.id <= after, found.history)
        return [stored for stored in newer if stored.id <= upto]

    def follow(self, key: RoomKey, after: EventId, deliver: Deliver) -> None:
        self._following[key] = deliver

    def unfollow(self, key: RoomKey) -> None:
        self._following.pop(key, None)

    async def attend(self, key: RoomKey, kind: RoomKind, said: Attendance) -> Census:
        room = self._touched(key, kind)
        room.here |= set(said.here)
        room.seen |= set(said.here)
        room.here -= set(said.gone)
        room.peak = max(room.peak, len(room.here))
        room.reactions.update(said.reacted)
        return Census(Presence(len(room.here), room.peak, len(room.seen)), dict(room.reactions))

    async def close(self) -> None:
        self._rooms.clear()
        self._following.clear()

    def _touched(self, key: RoomKey, kind: RoomKind) -> MemoryRoom:
        now = time.monotonic()
        self._sweep(now)
        room = self._rooms.get(key)
        if room is None:
            room = self._rooms[key] = MemoryRoom(kind, self._born)
        room.touched = now
        return room

    def _sweep(self, now: float) -> None:
        """Forget rooms in which nothing was said for their ``keep_s``."""
        if now - self._swept < SWEEP_S:
            return
        self._swept = now
        old = [
            key
            for key, room in self._rooms.items()
            if now - room.touched > room.kind.keep_s and key not in self._following
        ]
        for key in old:
            del self._rooms[key]
        if old:
            # A room that is made anew must not take an id of its former life for its own.
            self._born = EventId(time.time_ns() // 1_000_000, 0)
