"""Sees what code under test does behind everybody's back: blocking calls in the loop, and the outside world.

It stands on Python's audit events and on looking at the thread from another, so nothing is patched. The audit
hook is installed once, with the first watch, and costs a comparison while nobody watches.
"""

from __future__ import annotations

import asyncio
import asyncio.base_events
import contextlib
import functools
import ipaddress
import socket
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Final

import msgspec

from nakamise.testing.sampler import STEP_MAX_S, Sampler

_BLOCKING: Final = frozenset({"time.sleep", "open", "subprocess.Popen", "os.system", "socket.getaddrinfo"})
_STANDARD: Final = sysconfig.get_paths()["stdlib"]
_DEPTH_MAX: Final = 40


class OutsideWorld(Exception):
    """A test tried to reach a machine that is not this one."""


class Blocked(msgspec.Struct, frozen=True):
    """One call that kept the event loop waiting."""

    call: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line} calls {self.call} in the event loop"


class _Watch:
    """``folders`` hold the code that may not block."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(f"{folder}/" for folder in folders)
        self.found: set[Blocked] = set()

    def covers(self, frame: FrameType) -> bool:
        return frame.f_code.co_filename.startswith(self._folders)

    def note(self, call: str, frame: FrameType) -> None:
        self.found.add(Blocked(call, Path(frame.f_code.co_filename).name, frame.f_lineno))

    def note_step(self, frame: FrameType) -> None:
        """Only what an event loop runs: its own frame stands below."""
        below: FrameType | None = frame
        while below is not None:
            if below.f_code.co_filename == asyncio.base_events.__file__:
                self.note(f"something that takes more than {STEP_MAX_S * 1000:.0f} ms", frame)
                return
            below = below.f_back


_watches: Final[list[_Watch]] = []
_walls: Final[list[object]] = []


@contextlib.contextmanager
def blocking_calls(folders: Sequence[Path]) -> Iterator[set[Blocked]]:
    """A set that fills with the blocking calls that code below ``folders`` makes in an event loop."""
    _install()
    watch = _Watch(folders)
    if not folders:
        yield watch.found
        return
    sampler = Sampler(watch.covers, watch.note_step)
    sampler.start()
    _watches.append(watch)
    try:
        yield watch.found
    finally:
        _watches.remove(watch)
        sampler.stop()


@contextlib.contextmanager
def only_this_machine() -> Iterator[None]:
    """Connecting to any address but loopback raises OutsideWorld."""
    _install()
    mark = object()
    _walls.append(mark)
    try:
        yield
    finally:
        _walls.remove(mark)


@functools.cache
def _install() -> None:
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _walls and event == "socket.connect":
        _check_address(arguments[1])
    if _watches and event in _BLOCKING and asyncio._get_running_loop() is not None:
        _note(event, sys._getframe(1))


def _check_address(address: object) -> None:
    if not isinstance(address, tuple):
        return
    try:
        is_here = ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback
    except ValueError:
        is_here = address[0] == socket.gethostname() or str(address[0]).endswith("localhost")
    if not is_here:
        raise OutsideWorld(f"a test may reach 127.0.0.1 only, not {address[0]}")


def _note(event: str, frame: FrameType | None) -> None:
    """Whose call it is: the first frame outside Python's own library. Imports are the interpreter's."""
    for _ in range(_DEPTH_MAX):
        if frame is None:
            return
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib"):
            return
        if not file.startswith((_STANDARD, "<")) or "site-packages" in file:
            break
        frame = frame.f_back
    if frame is None:
        return
    for watch in _watches:
        if watch.covers(frame):
            watch.note(event, frame)
