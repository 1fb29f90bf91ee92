"""The same through the real server, down to the bytes on the socket."""

from __future__ import annotations

import asyncio
import re

import pytest

from nakamise.plugin.context import Tenant
from nakamise.testing.live import LiveServer

_EACH_TIME = re.compile(rb"nonce[-=]\W*[\w-]{20,}|(?i:^date: .*?\r\n)", re.MULTILINE)


async def exchange(server: LiveServer, tenant: Tenant, method: str, path: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.settings.port)
    host = f"{tenant.canonical_host}:{server.settings.port}"
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    await writer.wait_closed()
    return _EACH_TIME.sub(b"", answer).replace(b"hallo", b"hello")


@pytest.mark.parametrize("path", ["/hello/greetings", "/%68ello/greetings/", "/api/hello/greetings"])
async def test_off_is_missing_on_the_wire(
    live_server: LiveServer, with_hello: Tenant, without_hello: Tenant, path: str
) -> None:
    missing = path.replace("ello", "allo", 1)
    for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS"):
        off = await exchange(live_server, without_hello, method, path)
        assert off == (await exchange(live_server, without_hello, method, missing)).replace(
            b"%68allo", b"%68ello"
        )
        assert off.startswith(b"HTTP/1.1 404"), off[:80]
    assert (await exchange(live_server, with_hello, "GET", path)).startswith(b"HTTP/1.1 200")
