"""Stops asking a plugin that keeps failing, and asks again after a while.

closed ── 5 failures in 60 s ──▶ open ── 30 s ──▶ half-open ── one try: works ──▶ closed
                                  ▲                    └────── fails ──▶ open
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final, Literal

from nakamise.errors import NakamiseError

FAILURES_MAX: Final = 5
WINDOW_S: Final = 60.0
OPEN_S: Final = 30.0
BreakerState = Literal["closed", "open", "half_open"]


class BreakerOpen(NakamiseError):
    """The plugin was left out because it failed too often."""


class Breaker:
    """Of one hook of one plugin."""

    __slots__ = ("_failures", "_now", "_opened_at", "_trying")

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures: deque[float] = deque(maxlen=FAILURES_MAX)
        self._opened_at: float | None = None
        self._trying = False

    @property
    def is_open(self) -> bool:
        """True until a try has worked again."""
        return self._opened_at is not None

    @property
    def state(self) -> BreakerState:
        """``half_open``: the next call, or the one that is under way, decides."""
        if self._opened_at is None:
            return "closed"
        return "half_open" if self._trying or self._now() - self._opened_at >= OPEN_S else "open"

    def trip(self) -> None:
        """The next failure opens it, whatever came before."""
        now = self._now()
        self._failures.extend([now] * (FAILURES_MAX - 1))

    def admits(self) -> bool:
        """Whether to ask now; half-open lets one caller through at a time."""
        if self._opened_at is None:
            return True
        if self._trying or self._now() - self._opened_at < OPEN_S:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        self._trying = False
        if self._opened_at is not None:
            self._opened_at = None
            self._failures.clear()

    def gave_up(self) -> None:
        """The call ended for a reason that is not the plugin's; the next caller may try."""
        self._trying = False

    def failed(self) -> bool:
        """Count a failure; True when the breaker opens by it."""
        now = self._now()
        self._failures.append(now)
        reopened = self._trying
        self._trying = False
        full = len(self._failures) == FAILURES_MAX and now - self._failures[0] <= WINDOW_S
        if reopened or (full and self._opened_at is None):
            self._opened_at = now
            return True
        return False
