"""The server itself, without our application's hand: what it adds to answers, and what it says to nonsense."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import msgspec
import pytest

from nakamise.testing.live import LiveServer
from nakamise.testing.server import free_port
from tests.whitelabel.reading import read_file
from tests.whitelabel.town import Town

REQUESTS = {
    "page": "GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
    "health": "GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
    "two hosts": "GET / HTTP/1.1\r\nHost: {host}\r\nHost: b.example\r\nConnection: close\r\n\r\n",
    "nonsense": "NONSENSE\r\n\r\n",
    "socket": "GET /nothing HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
}


@pytest.fixture(scope="module")
def server(town: Town) -> Iterator[LiveServer]:
    started = LiveServer(msgspec.structs.replace(town.runtime.settings, port=free_port(), jobs=0))
    started.start()
    yield started
    started.stop()


@pytest.mark.req("LC-0.1")
@pytest.mark.parametrize("name", REQUESTS)
async def test_raw_answers(town: Town, server: LiveServer, name: str) -> None:
    host = town.places["left"].stall.tenant.canonical_host
    raw = _exchange(server.settings.port, REQUESTS[name].format(host=host).encode())
    assert raw.startswith(b"HTTP/1.1 ")
    leaks = (await town.words_for("left")).leaks(name, read_file("bytes", raw, "text/plain"))
    assert not leaks, "\n".join(leaks)


def _exchange(port: int, request: bytes) -> bytes:
    """Until the server hangs up; a refused socket stays open, and its headers are all that comes."""
    head_only = b"Upgrade:" in request
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(request)
        found = b""
        while not (head_only and b"\r\n\r\n" in found) and (chunk := line.recv(65536)):
            found += chunk
    return found
