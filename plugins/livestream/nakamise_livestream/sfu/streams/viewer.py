"""One viewer's connection: its subscriptions, its feedback, its share of the layers."""

from __future__ import annotations

from nakamise_livestream.sfu.rtp import rtcp_parse
from nakamise_livestream.sfu.rtp.errors import MalformedPacketError
from nakamise_livestream.sfu.rtp.rtcp import (
    BitrateLimit,
    FullIntra,
    Message,
    Nack,
    PictureLoss,
    ReceiverReport,
    ReportBlock,
    SenderReport,
)
from nakamise_livestream.sfu.streams.choice import HEAVY_LOSS, Choice
from nakamise_livestream.sfu.streams.faces import Kind, Outlet, ViewerStats
from nakamise_livestream.sfu.streams.reports import Reports
from nakamise_livestream.sfu.streams.subscription import Subscription
from nakamise_livestream.sfu.streams.track import Track

PATIENCE = 0.5
"""Seconds to wait for a keyframe before an old group of pictures is replayed."""
_REQUESTS_APART = 0.5
_HOLD = 1.0


class Viewer:
    def __init__(self, outlet: Outlet, reports: Reports, now: float) -> None:
        self.outlet = outlet
        self.started_at = now
        self.malformed = 0
        self.subscriptions: dict[Kind, Subscription] = {}
        self._tracks: dict[Kind, Track] = {}
        self._reports = reports
        self._choice = Choice(now)
        self._loss = 0.0
        self._rtt: float | None = None
        self._requests = 0
        self._last_request: float | None = None
        self._held_until: float | None = None
        self._left_at: float | None = None

    def subscribe(self, track: Track, subscription: Subscription, now: float) -> None:
        self.subscriptions[track.kind] = subscription
        self._tracks[track.kind] = track
        subscription.want(track.first_choice(now), now, PATIENCE)

    def publisher_changed(self, now: float) -> None:
        """To a layer of the new one, unless it has one already."""
        for kind, subscription in self.subscriptions.items():
            track = self._tracks[kind]
            if subscription.target is not None and subscription.target not in track.current:
                subscription.want(track.first_choice(now), now, PATIENCE)

    def rtcp(self, packet: bytes, now: float) -> None:
        """A plain compound RTCP packet; a malformed one is dropped whole."""
        if self.gone:
            return
        try:
            messages = rtcp_parse.parse(packet)
        except MalformedPacketError:
            self.malformed += 1
            return
        for message in messages:
            self._heard(message, now)

    def _heard(self, message: Message, now: float) -> None:
        match message:
            case SenderReport() | ReceiverReport():
                for block in message.reports:
                    self._reported(block, now)
            case Nack():
                subscription = self._by_ssrc(message.ssrc)
                if subscription is not None:
                    subscription.lost(message.sequences, now)
            case PictureLoss() | FullIntra():
                self._wish(now)
            case BitrateLimit():
                self._choice.estimated(message.bitrate, now)
            case _:
                return

    def _by_ssrc(self, ssrc: int) -> Subscription | None:
        return next((one for one in self.subscriptions.values() if one.ssrc == ssrc), None)

    def _reported(self, block: ReportBlock, now: float) -> None:
        subscription = self._by_ssrc(block.ssrc)
        if subscription is None:
            return
        rtt = self._reports.rtt(block, now)
        self._rtt = self._rtt if rtt is None else rtt
        if subscription.wanted.kind == "video" or "video" not in self.subscriptions:
            self._loss = block.fraction_lost / 256
        if subscription.wanted.kind == "video":
            self._choice.reported(block, now)
            self.choose(now)

    def _wish(self, now: float) -> None:
        """One viewer alone must not keep the encoder at keyframes."""
        subscription = self.subscriptions.get("video")
        if subscription is None or subscription.target is None:
            return
        if self._last_request is not None and now - self._last_request < _REQUESTS_APART:
            return
        self._last_request = now
        self._requests += 1
        subscription.target.keyframes.want()

    def choose(self, now: float) -> None:
        """Another layer if its line or the publisher wants it so; on heavy loss none until the next keyframe."""
        subscription = self.subscriptions.get("video")
        if subscription is None:
            return
        if self._held_until is not None:
            self._resume(subscription, now)
            return
        layers = self._tracks["video"].active(now)
        best = self._choice.best(subscription.target, layers, now)
        if best is None:
            return
        if best is subscription.target:
            if self._choice.loss > HEAVY_LOSS and subscription.layer is not None:
                self._hold(subscription, now)
            return
        subscription.want(best, now, _patience(subscription, now))

    def _hold(self, subscription: Subscription, now: float) -> None:
        subscription.hold()
        self._held_until = now + _HOLD
        self._choice.loss = 0.0

    def _resume(self, subscription: Subscription, now: float) -> None:
        if self._held_until is None or now < self._held_until:
            return
        self._held_until = None
        track = self._tracks["video"]
        subscription.want((track.active(now) or track.current)[0], now, None)

    def left(self, now: float) -> None:
        """Nothing more is sent to it."""
        if self._left_at is not None:
            return
        self._left_at = now
        for subscription in self.subscriptions.values():
            subscription.hold()

    @property
    def gone(self) -> bool:
        return self._left_at is not None

    def watched(self, now: float) -> float:
        """Seconds from the beginning to the end, or to ``now``."""
        return (now if self._left_at is None else self._left_at) - self.started_at

    def totals(self) -> tuple[int, int]:
        """Packets and bytes sent."""
        each = [subscription.totals() for subscription in self.subscriptions.values()]
        return sum(packets for packets, _ in each), sum(size for _, size in each)

    def stats(self) -> ViewerStats:
        packets, size = self.totals()
        video = self.subscriptions.get("video")
        return ViewerStats(
            packets=packets,
            bytes=size,
            resent=sum(subscription.resent for subscription in self.subscriptions.values()),
            loss=self._loss,
            rtt_ms=None if self._rtt is None else self._rtt * 1000,
            keyframe_requests=self._requests,
            layer=video.layer.rid if video is not None and video.layer is not None else None,
            started_at=self.started_at,
        )


def _patience(subscription: Subscription, now: float) -> float | None:
    """A picture that stands still may begin anywhere; one that runs goes over at a keyframe."""
    running = subscription.layer is not None and subscription.layer.meter.active(now)
    return None if running else PATIENCE
