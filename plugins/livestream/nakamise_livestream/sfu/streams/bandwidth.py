"""What a publisher may send: the delay-based estimate of aiortc (REMB), under the operator's limit."""

from __future__ import annotations

from aiortc.rate import RemoteBitrateEstimator

_LEAST = 150_000


class Bandwidth:
    """Without abs-send-time there is no estimate, and the limit is all that is said."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._estimator = RemoteBitrateEstimator()
        self._estimate: int | None = None

    def add(self, abs_send_time: int, size: int, ssrc: int, now: float) -> None:
        update = self._estimator.add(
            arrival_time_ms=round(now * 1000), abs_send_time=abs_send_time, payload_size=size, ssrc=ssrc
        )
        if update is not None:
            self._estimate = update[0]

    def limit(self) -> int:
        """Bits per second."""
        if self._estimate is None:
            return self._most
        return min(self._most, max(_LEAST, self._estimate))
