"""Clients that vanish without a word: to the server their kernel answers nothing any more."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from nakamise.rooms.pulse import HEARTBEAT_S
from nakamise.serving.vanished import UNHEARD_MS
from nakamise.testing.server import free_port

pytestmark = [
    pytest.mark.req("LC-0.4", "LC-0.27"),
    pytest.mark.skipif(sys.platform != "linux", reason="TCP_USER_TIMEOUT"),
]
# <asm-generic/socket.h>, not among Python's names.
SO_ATTACH_FILTER = 26
# "return 0": no byte of what comes is taken (socket filters, BPF).
TAKE_NOTHING = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))


def silence(client: socket.socket) -> None:
    """Its kernel drops all that comes, so nothing is acknowledged."""
    program = struct.pack("HxxxxxxP", 1, ctypes.addressof(TAKE_NOTHING))
    client.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


@contextmanager
def hall(unheard_ms: int) -> Iterator[int]:
    """A server with one room; its port."""
    port = free_port()
    command = [sys.executable, "-m", "tests.core.serving.hall", str(port), str(unheard_ms)]
    process = subprocess.Popen(command, start_new_session=True)
    try:
        yield port
    finally:
        # With its worker: both are in a group of their own.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def count(port: int, wanted: int, wait_s: float) -> bool:
    """Whether ``wanted`` people are there at last, while something is said all the time."""
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        try:
            if int(httpx.get(f"http://127.0.0.1:{port}/count").text) == wanted:
                return True
        except httpx.ConnectError:
            pass
        time.sleep(0.1)
    return False


def listener(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return client


def test_who_vanishes_is_not_counted_soon_afterwards() -> None:
    with hall(1_000) as port, ExitStack() as clients:
        assert count(port, 0, 30)
        gone, _ = (clients.enter_context(listener(port)) for _ in range(2))
        assert count(port, 2, 10)
        silence(gone)
        assert count(port, 1, 10)


def test_without_the_limit_it_would_not_be_noticed_so_soon() -> None:
    with hall(60_000) as port, ExitStack() as clients:
        assert count(port, 0, 30)
        gone = clients.enter_context(listener(port))
        assert count(port, 1, 10)
        silence(gone)
        assert not count(port, 0, 3)


def test_whoever_vanished_from_a_room_is_not_counted_a_minute_later() -> None:
    assert HEARTBEAT_S + UNHEARD_MS / 1000 <= 60
