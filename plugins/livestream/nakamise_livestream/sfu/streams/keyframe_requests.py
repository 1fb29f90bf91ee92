"""When to ask a publisher for a keyframe: many viewers wish for one, the encoder is asked seldom."""

from __future__ import annotations

APART = 0.3
"""Seconds between two requests (facts of real encoders: 250-500 ms)."""
_PATIENT_AFTER = 5
_PATIENT = 1.0


class KeyframeRequests:
    """A wish stands until a keyframe comes."""

    def __init__(self) -> None:
        self.sent = 0
        self._wanted = False
        self._tries = 0
        self._last: float | None = None

    def want(self) -> None:
        self._wanted = True

    def came(self) -> None:
        self._wanted = False
        self._tries = 0

    def due(self, now: float) -> bool:
        """True: send one now (it is counted as sent)."""
        if not self._wanted:
            return False
        pause = APART if self._tries < _PATIENT_AFTER else _PATIENT
        if self._last is not None and now - self._last < pause:
            return False
        self._last = now
        self._tries += 1
        self.sent += 1
        return True
