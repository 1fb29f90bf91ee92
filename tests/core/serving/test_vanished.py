"""Clients that vanish without a word: a kernel that answers nothing any more, on this machine."""

from __future__ import annotations

import asyncio
import ctypes
import socket
import struct
import sys

import pytest

from nakamise.rooms.pulse import HEARTBEAT_S
from nakamise.serving.vanished import UNHEARD_MS, limit_listeners

pytestmark = [
    pytest.mark.req("LC-0.4", "LC-0.27"),
    pytest.mark.skipif(sys.platform != "linux", reason="TCP_USER_TIMEOUT"),
]
# <asm-generic/socket.h>, not among Python's names.
SO_ATTACH_FILTER = 26
# "return 0": no byte of what comes is taken (socket filters, BPF).
TAKE_NOTHING = struct.pack("HBBI", 0x06, 0, 0, 0)


def silence(client: socket.socket) -> None:
    """Its kernel drops all that comes, so nothing is acknowledged: to the other side, it is not there any more."""
    program = ctypes.create_string_buffer(TAKE_NOTHING)
    filter_ = struct.pack("HxxxxxxP", 1, ctypes.addressof(program))
    client.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, filter_)


async def lost_after(unheard_ms: int, wait_s: float) -> bool:
    """Whether a server that says something ten times a second learns in ``wait_s`` that nobody hears it."""
    lost = asyncio.Event()

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(b"event: alive\n\n")
                await writer.drain()
                await asyncio.sleep(0.1)
        except OSError:
            lost.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert limit_listeners(port, unheard_ms) == 1
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.setblocking(False)
        assert await asyncio.get_running_loop().sock_recv(client, 5) == b"event"
        silence(client)
        try:
            async with asyncio.timeout(wait_s):
                await lost.wait()
        except TimeoutError:
            return False
        finally:
            server.close()
    return True


async def test_who_vanishes_is_noticed_after_the_limit_and_not_before() -> None:
    short, long = await asyncio.gather(lost_after(1_000, 10), lost_after(60_000, 3))
    assert short
    assert not long, "else it is not the limit that ended it"


def test_whoever_vanished_from_a_room_is_not_counted_a_minute_later() -> None:
    assert HEARTBEAT_S + UNHEARD_MS / 1000 <= 60
