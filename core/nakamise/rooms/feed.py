"""One room in one process: frames for its listeners, each of whom reads at a pace of its own.

A listener holds a position, not a queue: a frame exists once however many listen. Who falls more than
``FRAMES_MAX`` frames behind is cut off, connects again and is told what was missed from the room's history.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Final

from nakamise.plugin.rooms import RoomKind
from nakamise.rooms.address import EventId
from nakamise.rooms.event import Stored, View, message
from nakamise.rooms.frame import Frame

# Four frames a second are as live as eyes can tell, and cost a quarter of sixteen.
FRAME_S: Final = 0.25
# 16 s of a full room, on top of what the network holds.
FRAMES_MAX: Final = 64
# Further behind than this a listener is spared what is fleeting.
LAG: Final = 4
# The network's own buffers are full for this long: whoever is there reads nothing.
STUCK_S: Final = 30.0
# Listeners woken before anything else of the process gets its turn.
AT_ONCE: Final = 100
_ALIVE: Final = message("alive", b"{}")


class Listener:
    """An open connection. ``after``: the last event that it has heard already; ``writing_since``: when it was given
    what the network has not taken yet, in the loop's time and to a second."""

    __slots__ = (
        "_feed",
        "_task",
        "_wake",
        "after",
        "is_cut",
        "position",
        "until",
        "view",
        "writing_since",
    )

    def __init__(self, feed: Feed, view: View, until: float) -> None:
        self._feed = feed
        self._wake: asyncio.Future[None] | None = None
        self.view = view
        self.until = until
        self.position = feed.head
        self.after: EventId | None = None
        self.is_cut = False
        self.writing_since: float | None = None
        self._task: asyncio.Task[object] | None = None

    def begin(self) -> None:
        """The current task writes what ``next`` gives; it is cancelled when that takes too long."""
        self._task = asyncio.current_task()
        self.writing_since = self._feed.now

    async def next(self) -> bytes | None:
        """What to send now; None: the connection is to end."""
        feed = self._feed
        self.writing_since = None
        while True:
            while self.position == feed.head and not self.is_cut:
                self._wake = feed.loop.create_future()
                await self._wake
            if self.is_cut:
                return None
            chunk = feed.since(self.position, self.view, self.after)
            self.position = feed.head
            if self.after is not None and self.after <= feed.flushed:
                self.after = None
            if chunk is None or chunk:
                self.writing_since = feed.now
                return chunk

    def wake(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def cut(self) -> None:
        self.is_cut = True
        self.wake()

    def give_up(self) -> None:
        """On somebody who reads nothing."""
        self.is_cut = True
        self.writing_since = None
        if self._task is not None:
            self._task.cancel()


class Feed:
    """``flushed`` is the last event in a frame, ``head`` the number of the next frame.

    ``latest`` holds what a newcomer is told at once: the last presence. ``now`` is the loop's time at the last pulse.
    """

    def __init__(self, kind: RoomKind, flushed: EventId) -> None:
        self.loop: Final = asyncio.get_running_loop()
        self.kind: Final = kind
        self.flushed = flushed
        self.latest = b""
        self.head = 0
        self.listeners: set[Listener] = set()
        # Connections by person, and who came or went since it was last asked.
        self.visitors: Counter[bytes] = Counter()
        self.arrived: set[bytes] = set()
        self.gone: set[bytes] = set()
        self._frames: deque[Frame] = deque(maxlen=FRAMES_MAX)
        self._events: list[Stored] = []
        self._fleeting: list[bytes] = []
        self.now = self.loop.time()
        self._sent_at = self.now - FRAME_S
        self._beat_at = self._sent_at
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def entered(self, view: View, visitor: bytes | None, until: float) -> Iterator[Listener]:
        """``visitor``: who is counted, if anybody; ``until``: when the connection ends, in the loop's time."""
        listener = Listener(self, view, until)
        self.listeners.add(listener)
        if visitor is not None:
            self.visitors[visitor] += 1
            self.arrived.add(visitor)
            self.gone.discard(visitor)
        try:
            yield listener
        finally:
            self.listeners.discard(listener)
            if visitor is not None:
                self._left(visitor)

    def arrivals(self) -> tuple[set[bytes], set[bytes]]:
        """Who came and who went since the last call; who came and went is in both."""
        came, went = self.arrived, self.gone
        self.arrived, self.gone = set(), set()
        return came, went

    def _left(self, visitor: bytes) -> None:
        self.visitors[visitor] -= 1
        if not self.visitors[visitor]:
            del self.visitors[visitor]
            self.gone.add(visitor)

    def deliver(self, events: Sequence[Stored]) -> None:
        """In rising order of ids."""
        self._events += events
        self._plan(at_once=any(stored.event.urgent for stored in events))

    def tell(self, line: bytes) -> None:
        """Something fleeting, as a whole message."""
        self._fleeting.append(line)
        self._plan(at_once=False)

    def beat(self, every_s: float) -> None:
        """A sign of life, by which a page knows that its line is no dead one; what else is said is not for all."""
        now = self.loop.time()
        if self.listeners and now - self._beat_at >= every_s:
            self._beat_at = now
            self.tell(_ALIVE)

    def since(self, position: int, view: View, after: EventId | None) -> bytes | None:
        """All frames from ``position``; None when the first of them is gone."""
        lag = self.head - position
        if lag == 1:
            return self._frames[-1].render(view, after)
        if lag > len(self._frames):
            return None
        frames = islice(self._frames, len(self._frames) - lag, None)
        if lag > LAG:
            return b"".join(frame.kept(view, after) for frame in frames)
        return b"".join(frame.render(view, after) for frame in frames)

    def cut_all(self) -> None:
        self.cut_expired(float("inf"))

    def cut_expired(self, now: float) -> None:
        for listener in tuple(self.listeners):
            if listener.until <= now:
                listener.cut()

    def give_up_stuck(self, now: float) -> None:
        self.now = now
        for listener in tuple(self.listeners):
            if listener.writing_since is not None and now - listener.writing_since >= STUCK_S:
                listener.give_up()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.cut_all()

    def _plan(self, *, at_once: bool) -> None:
        wait_s = 0.0 if at_once else self._sent_at + FRAME_S - self.loop.time()
        if self._timer is not None:
            if not at_once:
                return
            self._timer.cancel()
        self._timer = self.loop.call_later(max(wait_s, 0.0), self._flush)

    def _flush(self) -> None:
        self._timer = None
        self._sent_at = self.loop.time()
        self._frames.append(Frame(self._events, b"".join(self._fleeting)))
        self.head += 1
        if self._events:
            self.flushed = self._events[-1].id
        self._events, self._fleeting = [], []
        self._wake(iter(tuple(self.listeners)))

    def _wake(self, waiting: Iterator[Listener]) -> None:
        """Some now and the rest in the loop's next rounds, so that requests in between are served."""
        some = tuple(islice(waiting, AT_ONCE))
        for listener in some:
            listener.wake()
        if len(some) == AT_ONCE:
            self.loop.call_soon(self._wake, waiting)
