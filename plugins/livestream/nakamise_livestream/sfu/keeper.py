"""The worker of a machine, which outlives whoever keeps it: web processes come and go, the video goes on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import Final

import msgspec

from nakamise_livestream.media import EngineAway
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.sfu.worker.config import WorkerConfig

_log = logging.getLogger(__name__)

LOOK_S: Final = 0.1
# How long a new worker may take to say hello; on a busy machine Python needs seconds.
START_S: Final = 20.0
# One that listens and does not say hello for so long hangs.
HELLO_S: Final = 5.0
_ASK_EVERY_S: Final = 2.0
_AGAIN_AT_MOST_S: Final = 10.0
_PEER: Final = struct.Struct("3i")


class WorkerKeeper:
    """Starts a worker where none is, takes over the one that is there, kills one that hangs.

    ``engine`` is connected to ``config.control``, a unix socket. One keeper at a time is the caller's business.
    """

    def __init__(self, config: WorkerConfig, engine: EmbeddedEngine) -> None:
        self._config = config
        self._engine = engine
        self._path = config.control.removeprefix("unix:")
        self._children: set[int] = set()

    async def keep(self) -> None:
        """Until it is cancelled; the worker goes on then, see `WorkerConfig.linger`."""
        failures = 0
        while True:
            if await self._is_well():
                failures = 0
                continue
            if failures:
                await asyncio.sleep(min(LOOK_S * 2**failures, _AGAIN_AT_MOST_S))
            failures = 0 if await self._replace() else failures + 1

    async def _is_well(self) -> bool:
        """Looks for a while, then asks."""
        if not self._engine.connected:
            return listener(self._path) is not None and await self._until(self._is_decided, HELLO_S)
        if await self._until(lambda: not self._engine.connected, _ASK_EVERY_S):
            return True
        try:
            await self._engine.published()
        except EngineAway:
            return not self._engine.connected
        return True

    def _is_decided(self) -> bool:
        """It said hello, or is gone after all."""
        return self._engine.connected or listener(self._path) is None

    async def _replace(self) -> bool:
        """Whether the new one is at work."""
        pid = listener(self._path)
        if pid:
            _log.error("the media worker (process %d) hangs and is killed", pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        child = _spawn(self._config)
        self._children.add(child)
        await self._until(lambda: self._engine.connected or child not in self._children, START_S)
        return self._engine.connected

    async def _until(self, holds: Callable[[], bool], within: float) -> bool:
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        while not holds():
            if loop.time() > end:
                return False
            await asyncio.sleep(LOOK_S)
            self._reap()
        return True

    def _reap(self) -> None:
        for pid in tuple(self._children):
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0] == 0:
                    continue
            self._children.discard(pid)
            _log.error("the media worker (process %d) ended", pid)


def _spawn(config: WorkerConfig) -> int:
    """The process id. Its configuration goes through a pipe, so that the token stands in no list of processes."""
    reading, writing = os.pipe()
    try:
        os.write(writing, msgspec.json.encode(config) + b"\n")
        command = (sys.executable, "-m", "nakamise_livestream.sfu")
        onto_stdin = [(os.POSIX_SPAWN_DUP2, reading, 0)]
        # In a group of its own: what ends us must not end it.
        return os.posix_spawn(sys.executable, command, os.environ, file_actions=onto_stdin, setpgroup=0)
    finally:
        os.close(reading)
        os.close(writing)


def listener(path: str) -> int | None:
    """The process that listens there; 0 where the system does not tell, None where nobody does."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(LOOK_S)
        try:
            asking.connect(path)
        except TimeoutError:
            return 0
        except OSError:
            return None
        if not hasattr(socket, "SO_PEERCRED"):
            return 0
        pid: int = _PEER.unpack(asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))[0]
        return pid
