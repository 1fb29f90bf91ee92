"""Notices from a thread of its own that the event loop stands still, and says whose code holds it.

It sees every kind of code, also route handlers, templates and jobs, and costs nothing while the loop turns.
It cannot stop anything: Python has no way to interrupt a blocking call of another thread.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Final

import msgspec

from nakamise.host.driving import BLOCKED_S, LoopBlocked
from nakamise.host.registry import PluginHost

log: Final = logging.getLogger("nakamise.plugins")


class Culprit(msgspec.Struct, frozen=True):
    """``plugin_id`` None: code of the core or of a library called by it."""

    plugin_id: str | None
    place: str


class LoopWatch:
    """Started in the loop that it watches. One report for each time the loop stands still."""

    def __init__(self, host: PluginHost, *, blocked_s: float = BLOCKED_S) -> None:
        self._host = host
        self._folders = {f"{folder}/": id_ for id_, folder in host.folders().items()}
        self._blocked_s = blocked_s
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._beat = threading.Event()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="loop-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(self._blocked_s / 4):
            self._beat.clear()
            try:
                self._loop.call_soon_threadsafe(self._beat.set)
            except RuntimeError:
                return
            if not self._beat.wait(self._blocked_s):
                self._report()
                self._wait_for_beat()

    def _wait_for_beat(self) -> None:
        while not self._end.is_set() and not self._beat.wait(0.1):
            pass

    def _report(self) -> None:
        found = culprit(sys._current_frames().get(self._loop_thread), self._folders)
        log.error(
            "the event loop is held for more than %.1f s, plugin=%s, at %s",
            self._blocked_s,
            found.plugin_id,
            found.place,
            extra={"plugin": found.plugin_id},
        )
        if found.plugin_id is not None:
            error = LoopBlocked(f"it held the event loop at {found.place}")
            self._host.plugin(found.plugin_id).record.note(None, error)


def culprit(frame: FrameType | None, folders: Mapping[str, str]) -> Culprit:
    """The innermost frame of a plugin, else the innermost of all."""
    innermost = frame
    while frame is not None:
        file = frame.f_code.co_filename
        owner = next((id_ for folder, id_ in folders.items() if file.startswith(folder)), None)
        if owner is not None:
            return Culprit(owner, _place(frame))
        frame = frame.f_back
    return Culprit(None, _place(innermost) if innermost else "")


def _place(frame: FrameType) -> str:
    code = frame.f_code
    return f"{Path(code.co_filename).name}:{frame.f_lineno} in {code.co_name}"
