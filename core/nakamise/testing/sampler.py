"""Looks at a thread from outside, again and again, to see code that does not let go of it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final

EVERY_S: Final = 0.01
# So long may one step of watched code take before it counts as blocking.
STEP_MAX_S: Final = 0.1
# What a process does once, as it imports modules: templates are compiled when they are first shown.
_ONCE: Final = str(Path("jinja2") / "loaders.py")


class Sampler:
    """Calls ``found`` with the frame that ``is_watched`` and stayed on the stack for ``STEP_MAX_S``.

    A coroutine that waits is not on the stack, so only code that holds the thread is ever seen. While other processes
    have the processor, nobody holds it: where the system says how long that was (Linux), it does not count.
    """

    def __init__(self, is_watched: Callable[[FrameType], bool], found: Callable[[FrameType], None]) -> None:
        self._is_watched = is_watched
        self._found = found
        self._thread_id = threading.get_ident()
        self._about = Path(f"/proc/self/task/{threading.get_native_id()}")
        self._worked_ns = -1
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="blocking-calls", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        last: FrameType | None = None
        held_s, looked_at = 0.0, 0.0
        while not self._end.wait(EVERY_S):
            now = self._clock()
            if now is None:
                continue
            frame, before = self._watched_frame(), held_s
            held_s = held_s + now - looked_at if frame is not None and frame is last else 0.0
            last, looked_at = frame, now
            if frame is not None and before < STEP_MAX_S <= held_s:
                self._found(frame)

    def _clock(self) -> float | None:
        """Seconds, without those in which the watched thread waited for a processor; None while it does."""
        try:
            state = (self._about / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
            worked_ns, waited_ns, _ = map(
                int, (self._about / "schedstat").read_text(encoding="ascii").split()
            )
        except (OSError, ValueError):
            return time.monotonic()
        is_waiting = state == "R" and worked_ns == self._worked_ns
        self._worked_ns = worked_ns
        return None if is_waiting else time.monotonic() - waited_ns / 1e9

    def _watched_frame(self) -> FrameType | None:
        frame = sys._current_frames().get(self._thread_id)
        while frame is not None and not self._is_watched(frame):
            if frame.f_code.co_filename.endswith(_ONCE):
                return None
            frame = frame.f_back
        return frame
