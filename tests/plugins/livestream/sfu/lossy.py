"""A line that loses packets: a UDP proxy in front of a worker's port."""

from __future__ import annotations

import asyncio
import random
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MAX_DATAGRAM = 2_048


class LossyLine:
    """``loss`` is the share that gets lost each way, from the first packet on."""

    def __init__(self, loss: float, seed: int = 1) -> None:
        self._loss = loss
        self._chance = random.Random(seed)
        self._front = _socket()
        self._front.bind(("0.0.0.0", 0))
        asyncio.get_running_loop().add_reader(self._front, self._from_client)
        self._target = ("", 0)
        self._lines: dict[Any, socket.socket] = {}

    def through(self, sdp: str) -> str:
        """The answer with this line's port in its candidates."""
        match = re.search(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", sdp)
        assert match
        # The worker listens everywhere; tests reach no further than this.
        self._target = ("127.0.0.1", int(match[2]))
        return sdp.replace(f" {match[2]} typ host", f" {self._front.getsockname()[1]} typ host")

    def close(self) -> None:
        for each in (self._front, *self._lines.values()):
            asyncio.get_running_loop().remove_reader(each)
            each.close()

    def _line_of(self, address: Any) -> socket.socket:
        line = self._lines.get(address)
        if line is None:
            line = self._lines[address] = _socket()
            line.connect(self._target)
            asyncio.get_running_loop().add_reader(line, self._to_client, line, address)
        return line

    def _from_client(self) -> None:
        for datagram, address in self._datagrams(self._front):
            self._line_of(address).send(datagram)

    def _to_client(self, line: socket.socket, address: Any) -> None:
        for datagram, _ in self._datagrams(line):
            self._front.sendto(datagram, address)

    def _datagrams(self, source: socket.socket) -> Iterator[tuple[bytes, Any]]:
        while True:
            try:
                received = source.recvfrom(MAX_DATAGRAM)
            except (BlockingIOError, ConnectionRefusedError):
                return
            if self._chance.random() >= self._loss:
                yield received


def _socket() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setblocking(False)
    return opened


@contextmanager
def lossy_line(loss: float) -> Iterator[LossyLine]:
    line = LossyLine(loss)
    try:
        yield line
    finally:
        line.close()
