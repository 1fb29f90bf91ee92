"""RTP packets in the order of their sequence numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nakamise_livestream.sfu.rtp.header import Packet
from nakamise_livestream.sfu.rtp.sequence import nearest

# About a second of 2 Mbit/s: whatever was sent again has come by then.
MOST_HELD: Final = 200


class Reorder:
    """Waits for what is missing until ``MOST_HELD`` packets wait for it."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._held: dict[int, Packet] = {}

    def push(self, packet: Packet) -> Iterator[Packet | None]:
        """What can be read now; None stands for packets that never came."""
        if self._next is None:
            self._next = packet.sequence
        number = nearest(packet.sequence, self._next)
        if number >= self._next:
            self._held[number] = packet
        yield from self._ready()
        if len(self._held) > MOST_HELD:
            self._next = min(self._held)
            yield None
            yield from self._ready()

    def _ready(self) -> Iterator[Packet]:
        while self._next is not None and self._next in self._held:
            yield self._held.pop(self._next)
            self._next += 1
