"""A stream: opaque to the engine, there before its publisher and after."""

from __future__ import annotations

import secrets

from nakamise_livestream.sfu.streams.errors import CodecMismatchError
from nakamise_livestream.sfu.streams.faces import (
    Kind,
    Outlet,
    PublishedTrack,
    StreamStats,
    Upstream,
    WantedTrack,
)
from nakamise_livestream.sfu.streams.fanout import slab
from nakamise_livestream.sfu.streams.ingest import Ingest, ntp_clock
from nakamise_livestream.sfu.streams.reports import Reports
from nakamise_livestream.sfu.streams.subscription import Subscription
from nakamise_livestream.sfu.streams.track import Track, new_ssrc
from nakamise_livestream.sfu.streams.viewer import Viewer

_CHOOSE_EVERY = 0.5
MOST_BITRATE = 6_000_000


class Stream:
    """``epoch`` is the Unix time at ``now == 0``: sender reports speak of the server's clock.

    :meth:`tick` is called every 10 ms or so; it does what is due for the publisher and all viewers.
    """

    def __init__(self, *, epoch: float, most_bitrate: int = MOST_BITRATE) -> None:
        self.cname = secrets.token_urlsafe(12)
        self._ntp = ntp_clock(epoch)
        self._most_bitrate = most_bitrate
        self._ssrcs: dict[Kind, tuple[int, int]] = {
            "audio": (new_ssrc(), new_ssrc()),
            "video": (new_ssrc(), new_ssrc()),
        }
        self._room = slab()
        self._tracks: dict[Kind, Track] = {}
        self._ingest: Ingest | None = None
        self._viewers: set[Viewer] = set()
        self._reports = Reports(self.cname)
        self._next_choice = 0.0
        self._past = (0.0, 0, 0)

    def codec(self, kind: Kind) -> PublishedTrack | None:
        """As the newest publisher offered it; None if none ever had this kind."""
        track = self._tracks.get(kind)
        return None if track is None else track.published

    def ssrc(self, kind: Kind) -> int:
        return self._ssrcs[kind][0]

    def rtx_ssrc(self, kind: Kind) -> int:
        return self._ssrcs[kind][1]

    def publish(self, tracks: tuple[PublishedTrack, ...], upstream: Upstream, now: float) -> Ingest:
        """Whoever published before is cut off.

        :raises CodecMismatchError: viewers are here who agreed on another codec.
        """
        for published in tracks:
            track = self._tracks.get(published.kind)
            if track is not None and track.published.codec != published.codec:
                self._change_codec(track, published, now)
        if self._ingest is not None:
            self._ingest.left(now)
        for published in tracks:
            self._track(published).renew(published)
        for viewer in self._viewers:
            viewer.publisher_changed(now)
        found = [self._tracks[published.kind] for published in tracks]
        self._ingest = Ingest(
            found, upstream, ntp=self._ntp, cname=self.cname, most_bitrate=self._most_bitrate
        )
        self._ingest.on_report = lambda layer, pair: self._reports.forward(layer, pair, pair.at)
        return self._ingest

    def _change_codec(self, track: Track, published: PublishedTrack, now: float) -> None:
        self._sweep(now)
        if any(track.kind in viewer.subscriptions for viewer in self._viewers):
            raise CodecMismatchError(f"viewers get {track.published.codec}, not {published.codec}")
        del self._tracks[track.kind]

    def _track(self, published: PublishedTrack) -> Track:
        track = self._tracks.get(published.kind)
        if track is None:
            track = self._tracks[published.kind] = Track(published.kind, published, self._room)
        return track

    def play(self, tracks: tuple[WantedTrack, ...], outlet: Outlet, now: float) -> Viewer:
        """The viewer gets the cached group of pictures first, and stays over changes of the publisher.

        :raises CodecMismatchError: the stream never carried one of the wanted kinds.
        """
        for wanted in tracks:
            if wanted.kind not in self._tracks:
                raise CodecMismatchError(f"the stream has no {wanted.kind}")
        viewer = Viewer(outlet, self._reports, now)
        self._viewers.add(viewer)
        for wanted in tracks:
            track = self._tracks[wanted.kind]
            subscription = Subscription(wanted, outlet, self._ssrcs[wanted.kind], self._room, self._reports)
            viewer.subscribe(track, subscription, now)
        return viewer

    def request_keyframe(self) -> None:
        track = self._tracks.get("video")
        for layer in track.layers if track is not None else ():
            layer.keyframes.want()

    def tick(self, now: float) -> None:
        for track in self._tracks.values():
            for layer in track.layers:
                layer.tick(now)
        if self._ingest is not None:
            self._ingest.tick(now)
        if now >= self._next_choice:
            self._next_choice = now + _CHOOSE_EVERY
            self._sweep(now)
            for viewer in self._viewers:
                viewer.choose(now)

    def _sweep(self, now: float) -> None:
        """Those who left count no more, but what they got does."""
        for viewer in [one for one in self._viewers if one.gone]:
            self._viewers.discard(viewer)
            packets, size = viewer.totals()
            seconds = viewer.watched(now)
            self._past = (self._past[0] + seconds, self._past[1] + packets, self._past[2] + size)

    def stats(self, now: float) -> StreamStats:
        self._sweep(now)
        totals = [viewer.totals() for viewer in self._viewers]
        return StreamStats(
            publishing=self._ingest is not None and not self._ingest.closed,
            viewers=len(self._viewers),
            viewer_seconds=self._past[0] + sum(viewer.watched(now) for viewer in self._viewers),
            packets_out=self._past[1] + sum(packets for packets, _ in totals),
            bytes_out=self._past[2] + sum(size for _, size in totals),
            ingest=None if self._ingest is None else self._ingest.stats(),
        )
