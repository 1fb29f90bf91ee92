"""When to ask a publisher for a keyframe: many viewers wish for one, the encoder is asked seldom."""

from __future__ import annotations

from nakamise_livestream.sfu.streams.allowance import Allowance

APART = 0.3
"""Seconds between two requests."""
_PER_SECOND = 1.0
_AT_ONCE = 4
"""In the long run, so that one viewer on a bad line does not spoil the picture of all."""


class KeyframeRequests:
    """A wish stands until a keyframe comes."""

    def __init__(self) -> None:
        self.sent = 0
        self._wanted = False
        self._last: float | None = None
        self._allowance = Allowance(_PER_SECOND, _AT_ONCE)

    def want(self) -> None:
        self._wanted = True

    def came(self) -> None:
        self._wanted = False

    def due(self, now: float) -> bool:
        """True: send one now (it is counted as sent)."""
        if not self._wanted or (self._last is not None and now - self._last < APART):
            return False
        if not self._allowance.take(now):
            return False
        self._last = now
        self.sent += 1
        return True
