"""Viewers' sockets in a process of their own: every datagram is read and counted.

``python -m bench.media.sinks COUNT`` prints the ports as JSON, then answers each line on its standard input with the
number of datagrams read so far.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import selectors
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

HOST = "127.0.0.1"
_BUFFER = 1 << 20
_ROOT = Path(__file__).resolve().parents[2]


class Sinks:
    """The process as its starter sees it."""

    def __init__(self, process: asyncio.subprocess.Process, ports: list[int]) -> None:
        self.ports = ports
        self._process = process

    async def count(self) -> int:
        """Datagrams read since the start."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"\n")
        await self._process.stdin.drain()
        return int(await self._process.stdout.readline())


@contextlib.asynccontextmanager
async def open_sinks(count: int) -> AsyncIterator[Sinks]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.media.sinks", str(count)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=_ROOT,
    )
    try:
        assert process.stdout is not None
        yield Sinks(process, json.loads(await process.stdout.readline()))
    finally:
        process.terminate()
        await process.wait()


class _Reader(threading.Thread):
    def __init__(self, sockets: list[socket.socket]) -> None:
        super().__init__(daemon=True)
        self.count = 0
        self._selector = selectors.EpollSelector()
        for each in sockets:
            self._selector.register(each, selectors.EVENT_READ)

    def run(self) -> None:
        room = bytearray(2048)
        while True:
            for key, _ in self._selector.select():
                receive = key.fileobj.recv_into  # type: ignore[union-attr]
                with contextlib.suppress(BlockingIOError):
                    while True:
                        receive(room)
                        self.count += 1
            time.sleep(0.005)


def main() -> None:
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(int(sys.argv[1]))]
    for each in sockets:
        each.bind((HOST, 0))
        each.setblocking(False)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    reader = _Reader(sockets)
    reader.start()
    print(json.dumps([each.getsockname()[1] for each in sockets]), flush=True)
    for _ in sys.stdin:
        time.sleep(0.05)
        print(reader.count, flush=True)


if __name__ == "__main__":
    main()
