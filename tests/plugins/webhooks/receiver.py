"""A real HTTP server on 127.0.0.1 that remembers what it got and answers as it is told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Reply = bytes
OK: Reply = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


def reply(status: int, *headers: str, body: bytes = b"") -> Reply:
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Got:
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """``replies`` are used up one by one, then ``OK``; ``delay_s`` before each, ``cut``: no answer at all."""

    port: int = 0
    got: list[Got] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    delay_s: float = 0
    cut: bool = False
    on_request: Callable[[], None] = lambda: None

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/hooks"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._exchange(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.got.append(Got(head[0], headers, body))
        self.on_request()
        await asyncio.sleep(self.delay_s)
        if self.cut:
            writer.transport.abort()
            return
        writer.write(self.replies.pop(0) if self.replies else OK)
        await writer.drain()


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    yield receiver
    server.close()
