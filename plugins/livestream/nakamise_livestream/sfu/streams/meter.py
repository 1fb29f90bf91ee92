"""Bitrate and frame rate of a layer."""

from __future__ import annotations

_WINDOW = 1.0
_GONE = 1.5


class Meter:
    """``bitrate`` (bit/s of payload) and ``fps`` are those of the last full second."""

    def __init__(self) -> None:
        self.packets = 0
        self.bytes = 0
        self.bitrate = 0
        self.fps = 0.0
        self.last: float | None = None
        self._frames = 0
        self._since: float | None = None
        self._before = (0, 0)

    def add(self, size: int, marker: int, now: float) -> None:
        self.packets += 1
        self.bytes += size
        self._frames += 1 if marker else 0
        self.last = now
        if self._since is None:
            self._since = now

    def active(self, now: float) -> bool:
        return self.last is not None and now - self.last < _GONE

    def tick(self, now: float) -> None:
        if self._since is None or now - self._since < _WINDOW:
            return
        elapsed = now - self._since
        self.bitrate = round((self.bytes - self._before[0]) * 8 / elapsed)
        self.fps = (self._frames - self._before[1]) / elapsed
        self._since = now
        self._before = (self.bytes, self._frames)
