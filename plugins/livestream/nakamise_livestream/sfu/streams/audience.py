"""Who watches a layer: classes that get every run at once, and those who are still catching up."""

from __future__ import annotations

from typing import Protocol

from nakamise_livestream.sfu.streams.faces import Outlet
from nakamise_livestream.sfu.streams.fanout import Way, send_plain, send_run, way
from nakamise_livestream.sfu.streams.media import Media
from nakamise_livestream.sfu.streams.rewrite import Rewrite
from nakamise_livestream.sfu.streams.ring import Ring
from nakamise_livestream.sfu.streams.runs import runs

BURST = 64
"""Packets that a joiner is sent at most at one go (about 60 Mbit/s at a tick of 10 ms)."""


class Listener(Protocol):
    """What an audience knows of a subscription."""

    @property
    def outlet(self) -> Outlet: ...

    @property
    def rewrite(self) -> Rewrite: ...

    @property
    def floor(self) -> int:
        """It gets no number below this one."""
        ...

    def count(self, packets: int, size: int) -> None:
        """It was sent these by itself; with its class's totals taken away on entering, added on leaving."""


class Class:
    """Viewers with one header for all. ``packets`` and ``bytes`` are what each got that was there all the time."""

    def __init__(self, rewrite: Rewrite) -> None:
        self.rewrite = rewrite
        self.packets = 0
        self.bytes = 0
        self.ways: dict[Listener, Way] = {}
        self.plain: dict[Listener, Outlet] = {}

    def add(self, listener: Listener) -> None:
        aead = listener.outlet.aead
        if aead is None:
            self.plain[listener] = listener.outlet
        else:
            self.ways[listener] = way(listener.outlet, aead)

    def holds(self, listener: Listener) -> bool:
        return listener in self.ways or listener in self.plain

    def remove(self, listener: Listener) -> None:
        self.ways.pop(listener, None)
        self.plain.pop(listener, None)

    def send(self, run: list[Media], room: memoryview) -> None:
        size = 0
        if self.ways:
            size = send_run(self.rewrite, run, self.ways.values(), room)
        if self.plain:
            size = send_plain(self.rewrite, run, self.plain.values())
        self.packets += len(run)
        self.bytes += size


def send_one(outlet: Outlet, rewrite: Rewrite, run: list[Media], room: memoryview) -> int:
    """To one viewer only; the number of bytes."""
    if outlet.aead is None:
        return send_plain(rewrite, run, (outlet,))
    return send_run(rewrite, run, (way(outlet, outlet.aead),), room)


class Audience:
    def __init__(self, ring: Ring, room: memoryview) -> None:
        self.classes: dict[Rewrite, Class] = {}
        self._ring = ring
        self._room = room
        self._behind: dict[Listener, int] = {}

    def listeners(self) -> list[Listener]:
        live = [one for each in self.classes.values() for one in (*each.ways, *each.plain)]
        return live + list(self._behind)

    def admit(self, listener: Listener, end: int) -> None:
        """From its floor on; ``end`` is one more than the highest number sent to the classes."""
        if listener.floor >= end:
            self._enter(listener)
        else:
            self._behind[listener] = listener.floor

    def dismiss(self, listener: Listener, end: int) -> int:
        """One more than the highest number that it can have been sent."""
        cursor = self._behind.pop(listener, None)
        if cursor is not None:
            return cursor
        self._leave(listener)
        return max(end, listener.floor)

    def reached(self, listener: Listener, end: int) -> int:
        """As :meth:`dismiss`, but it stays."""
        return self._behind.get(listener, max(end, listener.floor))

    def send(self, run: list[Media]) -> None:
        for group in self.classes.values():
            group.send(run, self._room)

    def send_late(self, media: Media) -> None:
        """A packet below what has been sent: to everybody who has been sent its followers."""
        for group in self.classes.values():
            for listener in (*group.ways, *group.plain):
                if listener.floor <= media.number:
                    self._alone(listener, [media])
        for listener, cursor in self._behind.items():
            if listener.floor <= media.number < cursor:
                self._alone(listener, [media])

    def advance(self, end: int) -> None:
        """A burst to each that is behind ``end``; who has reached it joins its class."""
        for listener, cursor in list(self._behind.items()):
            goal = min(end, cursor + BURST)
            for run in runs(self._ring.between(cursor, goal)):
                self._alone(listener, run)
            if goal < end:
                self._behind[listener] = goal
            else:
                del self._behind[listener]
                self._enter(listener)

    def _alone(self, listener: Listener, run: list[Media]) -> None:
        listener.count(len(run), send_one(listener.outlet, listener.rewrite, run, self._room))

    def _enter(self, listener: Listener) -> None:
        group = self.classes.get(listener.rewrite)
        if group is None:
            group = self.classes[listener.rewrite] = Class(listener.rewrite)
        group.add(listener)
        listener.count(-group.packets, -group.bytes)

    def _leave(self, listener: Listener) -> None:
        group = self.classes.get(listener.rewrite)
        if group is None or not group.holds(listener):
            return
        listener.count(group.packets, group.bytes)
        group.remove(listener)
        if not group.ways and not group.plain:
            del self.classes[listener.rewrite]

    def shared(self, listener: Listener) -> tuple[int, int]:
        """Packets and bytes of its class, to be added to what it was counted by itself."""
        group = self.classes.get(listener.rewrite)
        return (group.packets, group.bytes) if group is not None and group.holds(listener) else (0, 0)
