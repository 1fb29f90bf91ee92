"""Where the newest group of pictures begins in the ring: what a joiner is sent first."""

from __future__ import annotations

from nakamise_livestream.sfu.streams.media import Media
from nakamise_livestream.sfu.streams.ring import SIZE, Ring

MOST_BYTES = 1_500_000
FRESH = 2.0
"""Seconds: an older group is replayed only if no keyframe can be had soon."""
_MARGIN = 128


class PictureGroup:
    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._start: int | None = None
        self._at = 0.0
        self._bytes = 0
        self.interval: float | None = None
        """Seconds between the last two keyframes."""

    def put(self, media: Media, now: float) -> bool:
        """The packet is in the ring; True if a new group begins with its picture."""
        self._bytes += len(media.payload)
        if media.keyframe and not self._same_picture(media):
            self._begin(media, now)
            return True
        if self._start is not None and media.number == self._start - 1 and self._same_picture(media):
            self._start -= 1  # the parameter sets came late
        return False

    def start(self) -> int | None:
        """Its first number, while the whole of it can still be replayed."""
        if self._start is None or self._bytes > MOST_BYTES or self._ring.end - self._start > SIZE - _MARGIN:
            return None
        return self._start

    def fresh(self, now: float) -> int | None:
        return self.start() if now - self._at <= FRESH else None

    def forget(self) -> None:
        """What comes next cannot be decoded after it."""
        self._start = None

    def _same_picture(self, media: Media) -> bool:
        """Also true for a keyframe that came too late to matter."""
        first = self._ring.get(self._start) if self._start is not None else None
        return first is not None and (media.timestamp == first.timestamp or media.number < first.number - 1)

    def _begin(self, media: Media, now: float) -> None:
        start = media.number
        while (before := self._ring.get(start - 1)) is not None and before.timestamp == media.timestamp:
            start -= 1
        self.interval = now - self._at if self._start is not None else None
        self._start = start
        self._at = now
        self._bytes = sum(len(held.payload) for held in self._ring.between(start, media.number + 1))
