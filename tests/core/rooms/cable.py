"""A TCP line to a server that can be pulled out and put back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress


class Cable:
    """Listens on ``port`` of 127.0.0.1 and passes everything on; while it ``is_out`` nobody gets through.
    While it ``is_deaf`` what the server says is lost, and both ends believe that the line stands."""

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self.is_out = False
        self.is_deaf = False
        self._target_port = target_port
        self._open: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def plugged_in(self) -> AsyncIterator[Cable]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self.pull()
            server.close()

    def pull(self) -> None:
        self.is_out = True
        for writer in self._open:
            writer.transport.abort()

    def put_back(self) -> None:
        self.is_out = False

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_out:
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        ends = {writer, there_writer}
        self._open |= ends
        await asyncio.gather(_pass_on(reader, there_writer), self._bring_back(there_reader, writer))
        self._open -= ends

    async def _bring_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _pass_on(reader, writer, lambda: not self.is_deaf)


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hears: Callable[[], bool] = lambda: True
) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            if hears():
                writer.write(data)
            await writer.drain()
    writer.close()
