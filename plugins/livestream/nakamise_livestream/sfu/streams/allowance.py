"""A rate limit: so many a second, more in one burst."""

from __future__ import annotations


class Allowance:
    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._left = burst
        self._at: float | None = None

    def take(self, now: float) -> bool:
        elapsed = 0.0 if self._at is None else now - self._at
        self._left = min(self._burst, self._left + elapsed * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
