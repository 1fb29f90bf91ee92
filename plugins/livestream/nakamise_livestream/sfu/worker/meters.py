"""What viewers of streams were served, also of streams that are over: whoever bills for it may come late."""

from __future__ import annotations

import secrets
from typing import Final

from nakamise_livestream.media import StreamStats, Usage

KEEP_S: Final = 86_400.0
# Beyond so many, the oldest are forgotten earlier.
MOST: Final = 10_000


class Meters:
    """``id`` is another one in every worker process."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self._past: dict[str, tuple[float, int, float]] = {}

    def close(self, stream_id: str, last: StreamStats, now: float) -> None:
        """The stream is forgotten; it may begin anew under the same id."""
        seconds, size, _ = self._past.pop(stream_id, (0.0, 0, 0.0))
        self._past[stream_id] = (seconds + last.viewer_seconds, size + last.bytes_out, now)
        while self._past and self._is_old(next(iter(self._past.values()))[2], now):
            del self._past[next(iter(self._past))]

    def usage(self, stream_id: str, running: StreamStats | None) -> tuple[Usage, ...]:
        """None at all for a stream that never was."""
        if running is None and stream_id not in self._past:
            return ()
        seconds, size, _ = self._past.get(stream_id, (0.0, 0, 0.0))
        if running:
            seconds, size = seconds + running.viewer_seconds, size + running.bytes_out
        return (Usage(meter=self.id, seconds=int(seconds), bytes=size),)

    def _is_old(self, closed_at: float, now: float) -> bool:
        return len(self._past) > MOST or now - closed_at > KEEP_S
