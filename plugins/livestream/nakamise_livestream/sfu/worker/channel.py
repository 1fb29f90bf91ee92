"""A stream with those who are connected to it."""

from __future__ import annotations

import time
from collections.abc import Iterable

import msgspec

from nakamise_livestream.media import AlreadyPublishing, PublishedTrack, StreamStats
from nakamise_livestream.sfu.streams.stream import Stream
from nakamise_livestream.sfu.worker.messages import Part
from nakamise_livestream.sfu.worker.relay import Relay
from nakamise_livestream.sfu.worker.session import PublisherSession, ViewerSession
from nakamise_livestream.sfu.worker.tap import Tap, Usage

# A publisher that is still connecting holds its place so long: it may gather candidates only after our answer.
_CONNECTING_S = 5.0


class Channel:
    """One stream id. The stream keeps its SSRCs and codecs while publishers come and go."""

    def __init__(self, stream_id: str, now: float) -> None:
        self.id = stream_id
        self.stream = Stream(epoch=time.time() - time.monotonic())
        self.publisher: PublisherSession | None = None
        self.viewers: dict[str, ViewerSession] = {}
        self.taps: set[Tap] = set()
        self.relay: Relay | None = None
        """Set where the publisher is at another worker."""
        self.live = False
        """Whether somebody published, ever."""
        self.idle_since = now
        self._closed_taps: list[Usage] = []

    def check_free(self, now: float, stall_after: float) -> None:
        """Raises :class:`AlreadyPublishing`."""
        if self.relay:
            raise AlreadyPublishing("this stream is published at another worker")
        if self.publisher is None:
            return
        if self.publisher.up:
            heard, patience = self.publisher.last_packet, stall_after
        else:
            heard, patience = self.publisher.created, _CONNECTING_S
        if now - heard < patience:
            raise AlreadyPublishing("somebody else is publishing on this stream")

    def close_tap(self, tap: Tap, now: float, reason: str = "left") -> None:
        """More than once does no harm."""
        if tap in self.taps:
            self.taps.discard(tap)
            tap.close(now, reason)
            self._closed_taps = [_sum([*self._closed_taps, tap.usage(now)])]

    def stats(self, now: float) -> StreamStats:
        """Of viewers only: to the stream, taps are viewers too."""
        whole = self.stream.stats(now)
        tapped = _sum([*self._closed_taps, *(tap.usage(now) for tap in self.taps)])
        return msgspec.structs.replace(
            whole,
            viewers=self.viewers_up(),
            viewer_seconds=max(0.0, whole.viewer_seconds - tapped.seconds),
            packets_out=whole.packets_out - tapped.packets,
            bytes_out=whole.bytes_out - tapped.bytes,
        )

    def viewers_up(self) -> int:
        return sum(1 for viewer in self.viewers.values() if viewer.up)

    def part(self) -> Part:
        """What this worker is for the stream."""
        if self.relay:
            return "relay"
        if self.publisher:
            return "publisher"
        return "former" if self.live else "nothing"

    def has_audience(self) -> bool:
        return bool(self.viewers or self.taps)

    def is_unused(self) -> bool:
        return self.publisher is None and self.relay is None and not self.has_audience()

    def changes(self, tracks: tuple[PublishedTrack, ...]) -> bool:
        """Whether those who follow the stream agreed on something else than ``tracks``."""
        return any(_codec(self.stream.codec(track.kind)) != track.codec for track in tracks)


def _sum(usages: Iterable[Usage]) -> Usage:
    listed = list(usages)
    return Usage(
        sum(usage.seconds for usage in listed),
        sum(usage.packets for usage in listed),
        sum(usage.bytes for usage in listed),
    )


def _codec(track: PublishedTrack | None) -> str | None:
    return track.codec if track else None
