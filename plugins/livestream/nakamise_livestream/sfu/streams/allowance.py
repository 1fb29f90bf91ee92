"""A rate limit: so many a second, as many in one burst."""

from __future__ import annotations


class Allowance:
    def __init__(self, per_second: float, now: float) -> None:
        self._per_second = per_second
        self._left = per_second
        self._at = now

    def take(self, now: float) -> bool:
        self._left = min(self._per_second, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
