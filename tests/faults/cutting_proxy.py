"""A TCP proxy in front of PostgreSQL that loses answers, to COMMIT or to anything: it happened, nobody knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

# CommandComplete (type, length, tag), as the server sends it after a commit.
COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
# ReadyForQuery inside a transaction: the end of every answer before COMMIT.
WITHIN = b"Z\x00\x00\x00\x05T"
CHUNK = 65536


class CuttingProxy:
    """Cuts the connection at every ``every``-th answer that has ``mark`` in it while ``is_on``."""

    def __init__(self, target_port: int, every: int, mark: bytes = COMMITTED) -> None:
        self._mark = mark
        self.is_on = False
        self.cuts = 0
        self.port = 0
        self._target_port = target_port
        self._every = every
        self._seen = 0
        self._serving: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[CuttingProxy]:
        server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._serving:
                task.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            await _closed(writer)
            return
        upwards = asyncio.create_task(self._pass_on(reader, server_writer))
        try:
            while data := await server_reader.read(CHUNK):
                if self._cuts(data):
                    break
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            upwards.cancel()
            await asyncio.gather(upwards, return_exceptions=True)
            await _closed(server_writer)
            await _closed(writer)

    def _cuts(self, data: bytes) -> bool:
        if not self.is_on or self._mark not in data:
            return False
        self._seen += 1
        if self._seen % self._every:
            return False
        self.cuts += 1
        return True

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                writer.write(data)
                await writer.drain()
            writer.close()


async def _closed(writer: asyncio.StreamWriter) -> None:
    """At once, whatever was still to be sent."""
    writer.transport.abort()
    with suppress(ConnectionError):
        await writer.wait_closed()
