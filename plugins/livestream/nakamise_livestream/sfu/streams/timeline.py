"""A layer's clock: RTP timestamps that go on when the publisher changes, and their place in real time."""

from __future__ import annotations

import msgspec

from nakamise_livestream.sfu.rtp.sequence import timestamp_difference

_MASK = 0xFFFFFFFF
_NTP_MASK = (1 << 64) - 1
NTP_SECOND = 1 << 32
_LEAST_STEP = 0.01
"""Seconds between the last packet of one publisher and the first of the next."""


class ClockPair(msgspec.Struct, frozen=True):
    """``timestamp`` (the layer's own) was at ``ntp`` (64-bit, the server's clock), as heard at ``at``."""

    ntp: int
    timestamp: int
    at: float


class Timeline:
    def __init__(self, clock_rate: int) -> None:
        self.clock_rate = clock_rate
        self.pair: ClockPair | None = None
        self.newest: int | None = None
        """The highest timestamp given out; it came at ``newest_at``."""
        self.newest_at = 0.0
        self._offset = 0

    def begin(self, first: int, now: float) -> None:
        """Another source: its timestamp ``first`` follows the last one by the time that went by."""
        self.pair = None
        if self.newest is not None:
            step = max(_LEAST_STEP, now - self.newest_at) * self.clock_rate
            self._offset = self.newest + round(step) - first

    def stamp(self, arrived: int, now: float) -> int:
        timestamp = (arrived + self._offset) & _MASK
        if self.newest is None or timestamp_difference(timestamp, self.newest) > 0:
            self.newest = timestamp
            self.newest_at = now
        return timestamp

    def report(self, ntp: int, arrived: int, now: float) -> ClockPair:
        self.pair = ClockPair(ntp & _NTP_MASK, (arrived + self._offset) & _MASK, now)
        return self.pair

    def pair_at(self, now: float) -> ClockPair | None:
        """The newest pair moved to ``now``, for somebody who did not hear it."""
        if self.pair is None:
            return None
        elapsed = now - self.pair.at
        ntp = (self.pair.ntp + round(elapsed * NTP_SECOND)) & _NTP_MASK
        return ClockPair(ntp, (self.pair.timestamp + round(elapsed * self.clock_rate)) & _MASK, now)

    def ahead_of(self, other: Timeline, now: float) -> int:
        """How much higher this clock stands than ``other`` at the same moment (of one publisher, if it has said so)."""
        if self.pair is not None and other.pair is not None:
            apart = (other.pair.ntp - self.pair.ntp) * self.clock_rate / NTP_SECOND
            return timestamp_difference(self.pair.timestamp + round(apart), other.pair.timestamp)
        return timestamp_difference(self._guess(now), other._guess(now))

    def _guess(self, now: float) -> int:
        if self.newest is None:
            return 0
        return self.newest + round((now - self.newest_at) * self.clock_rate)
