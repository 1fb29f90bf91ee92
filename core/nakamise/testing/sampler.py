"""Looks at a thread from outside, again and again, to see code that does not let go of it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final

EVERY_S: Final = 0.01
# So long may one step of watched code take before it counts as blocking.
STEP_MAX_S: Final = 0.1
_SAMPLES: Final = int(STEP_MAX_S / EVERY_S)


class Sampler:
    """Calls ``found`` with the frame that ``is_watched`` and stayed on the stack for ``STEP_MAX_S``.

    A coroutine that waits is not on the stack, so only code that holds the thread is ever seen.
    """

    def __init__(self, is_watched: Callable[[FrameType], bool], found: Callable[[FrameType], None]) -> None:
        self._is_watched = is_watched
        self._found = found
        self._thread_id = threading.get_ident()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="blocking-calls", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        last: FrameType | None = None
        times = 0
        while not self._end.wait(EVERY_S):
            frame = self._watched_frame()
            times = times + 1 if frame is not None and frame is last else 0
            last = frame
            if frame is not None and times == _SAMPLES:
                self._found(frame)

    def _watched_frame(self) -> FrameType | None:
        frame = sys._current_frames().get(self._thread_id)
        while frame is not None and not self._is_watched(frame):
            frame = frame.f_back
        return frame
