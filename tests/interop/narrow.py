"""A line that carries only so much from the client: what does not fit waits a moment, then is lost."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.plugins.livestream.sfu.lossy import LossyLine

_HEADERS = 28
_LONGEST_WAIT = 0.25
"""Seconds: a router's queue."""


class NarrowLine(LossyLine):
    """``rate`` in bit/s; it may be changed at any time."""

    def __init__(self, rate: float) -> None:
        super().__init__(0.0)
        self.rate = rate
        self.dropped = 0
        self._free_at = 0.0

    def _from_client(self) -> None:
        loop = asyncio.get_running_loop()
        for datagram, address in self._datagrams(self._front):
            now = loop.time()
            through = max(now, self._free_at) + (len(datagram) + _HEADERS) * 8 / self.rate
            if through - now > _LONGEST_WAIT:
                self.dropped += 1
                continue
            self._free_at = through
            loop.call_at(through, self._deliver, self._line_of(address), datagram)

    @staticmethod
    def _deliver(line: socket.socket, datagram: bytes) -> None:
        if line.fileno() >= 0:
            line.send(datagram)


@contextmanager
def narrow_line(rate: float) -> Iterator[NarrowLine]:
    line = NarrowLine(rate)
    try:
        yield line
    finally:
        line.close()
