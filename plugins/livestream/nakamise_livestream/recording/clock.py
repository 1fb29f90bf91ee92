"""RTP timestamps become real time, by the engine's sender reports: so sound and picture stay together."""

from __future__ import annotations

from typing import Final, NamedTuple

from nakamise_livestream.media import Kind

_NTP_SECOND: Final = 1 << 32
_EPOCH_S: Final = 2_208_988_800
"""From NTP's 1900 to 1970 (RFC 5905)."""
# Reports differ by how the publisher's clock is read; more than this is another publisher.
_SAME_S: Final = 0.1


class _Anchor(NamedTuple):
    timestamp: int
    at: float


class Clock:
    """Timestamps are without wraps; ``rates`` in ticks a second."""

    def __init__(self, rates: dict[Kind, int]) -> None:
        self._rates = rates
        self._anchors: dict[Kind, _Anchor] = {}

    @property
    def is_set(self) -> bool:
        return self._anchors.keys() >= self._rates.keys()

    def report(self, kind: Kind, timestamp: int, ntp: int) -> None:
        """``ntp`` is 64-bit fixed point, as in a sender report."""
        self.anchor(kind, timestamp, ntp / _NTP_SECOND - _EPOCH_S)

    def anchor(self, kind: Kind, timestamp: int, at: float) -> None:
        known = self.at(kind, timestamp)
        if known is None or abs(known - at) > _SAME_S:
            self._anchors[kind] = _Anchor(timestamp, at)

    def at(self, kind: Kind, timestamp: int) -> float | None:
        """Seconds since 1970; None before anything is known."""
        anchor = self._anchors.get(kind)
        if anchor is None:
            return None
        return anchor.at + (timestamp - anchor.timestamp) / self._rates[kind]
