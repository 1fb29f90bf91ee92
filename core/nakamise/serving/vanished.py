"""Clients that vanish without a word, as a phone in a tunnel does: the kernel gives up on them.

Without a limit Linux sends again for a quarter of an hour (tcp(7), TCP_USER_TIMEOUT), and as long a viewer is
counted who is not there. An accepted connection takes the limit over from the socket that listens.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

log: Final = logging.getLogger("nakamise.serving")
# With what an event stream says every 15 s, whoever vanished is let go within a minute.
UNHEARD_MS: Final = 45_000
# The server begins to listen after it has started the application.
PATIENCE_S: Final = 10.0
STEP_S: Final = 0.05


async def give_up_on_vanished(port: int, unheard_ms: int = UNHEARD_MS) -> None:
    """For the connections that come to ``port`` from now on. It does nothing elsewhere than on Linux."""
    if sys.platform != "linux":
        return
    deadline = time.monotonic() + PATIENCE_S
    while not limit_listeners(port, unheard_ms):
        if time.monotonic() > deadline:
            log.info("nothing listens on port %d: clients that vanish are noticed late", port)
            return
        await asyncio.sleep(STEP_S)


def limit_listeners(port: int, unheard_ms: int) -> int:
    """Of this process, on ``port``; how many there are."""
    count = 0
    for listener in _listeners():
        with listener:
            if listener.getsockname()[1] == port:
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unheard_ms)
                count += 1
    return count


def _listeners() -> Iterator[socket.socket]:
    """The TCP sockets that listen, each as another handle of the same socket."""
    for link in Path("/proc/self/fd").iterdir():
        found = _socket_of(link)
        if found is not None and _is_listening(found):
            yield found
        elif found is not None:
            found.close()


def _socket_of(link: Path) -> socket.socket | None:
    try:
        is_socket = str(link.readlink()).startswith("socket:")
        return socket.socket(fileno=os.dup(int(link.name))) if is_socket else None
    except OSError:
        # Closed since it was listed.
        return None


def _is_listening(found: socket.socket) -> bool:
    is_tcp = found.family in (socket.AF_INET, socket.AF_INET6) and found.type == socket.SOCK_STREAM
    return is_tcp and bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
