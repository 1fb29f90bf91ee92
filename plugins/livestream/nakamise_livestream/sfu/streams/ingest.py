"""One publisher's connection: packets in, feedback back."""

from __future__ import annotations

from collections.abc import Callable

from nakamise_livestream.sfu.rtp import header, rtcp_build, rtcp_parse
from nakamise_livestream.sfu.rtp.errors import MalformedPacketError
from nakamise_livestream.sfu.rtp.rtcp import (
    BitrateLimit,
    Nack,
    PictureLoss,
    ReceiverReport,
    SenderReport,
)
from nakamise_livestream.sfu.streams.bandwidth import Bandwidth
from nakamise_livestream.sfu.streams.faces import ABS_SEND_TIME, IngestStats, LayerStats, Upstream
from nakamise_livestream.sfu.streams.layer import Layer
from nakamise_livestream.sfu.streams.routing import Routing
from nakamise_livestream.sfu.streams.source import Source
from nakamise_livestream.sfu.streams.timeline import NTP_SECOND, ClockPair
from nakamise_livestream.sfu.streams.track import Track, new_ssrc

_REPORT_EVERY = 1.0
Reported = Callable[[Layer, ClockPair], None]


class Ingest:
    """Replaced by the stream's next publisher: from then on it takes no more packets."""

    def __init__(
        self,
        tracks: list[Track],
        upstream: Upstream,
        *,
        ntp: Callable[[float], int],
        cname: str,
        most_bitrate: int,
    ) -> None:
        self.malformed = 0
        self.on_report: Reported | None = None
        self._tracks = tracks
        self._upstream = upstream
        self._ntp = ntp
        self._ssrc = new_ssrc()
        self._names = rtcp_build.source_description(self._ssrc, cname)
        self._empty = rtcp_build.receiver_report(ReceiverReport(self._ssrc))
        self._routing = Routing(tracks)
        self._bandwidth = Bandwidth(most_bitrate)
        self._abs_ids = _abs_send_time_ids(tracks)
        self._ntp_offset: int | None = None
        self._next_report: float | None = None
        self._closed = False
        self._nacks = 0
        self._newest: float | None = None

    def rtp(self, packet: bytes, now: float) -> None:
        """A plain RTP packet; what is malformed or nobody's is dropped."""
        if self._closed:
            return
        try:
            parsed = header.parse(packet)
        except MalformedPacketError:
            self.malformed += 1
            return
        found = self._routing.find(parsed)
        if found is None:
            return
        self._newest = now
        source, again = found
        self._measure(parsed, len(packet), now)
        if again:
            source.rtx(parsed, now)
        else:
            source.rtp(parsed, now)

    def _measure(self, packet: header.Packet, size: int, now: float) -> None:
        number = self._abs_ids.get(packet.payload_type)
        if number is None:
            return
        sent = header.extension_values(packet.profile, packet.extensions).get(number)
        if sent is not None and len(sent) == 3:
            self._bandwidth.add(int.from_bytes(sent, "big"), size, packet.ssrc, now)

    def rtcp(self, packet: bytes, now: float) -> None:
        """A plain compound RTCP packet; a malformed one is dropped whole."""
        if self._closed:
            return
        try:
            messages = rtcp_parse.parse(packet)
        except MalformedPacketError:
            self.malformed += 1
            return
        for message in messages:
            if isinstance(message, SenderReport):
                self._heard(message, now)

    def _heard(self, report: SenderReport, now: float) -> None:
        source = self._routing.sources.get(report.ssrc)
        if source is None:
            return
        source.reception.heard(report, now)
        if self._ntp_offset is None:
            self._ntp_offset = self._ntp(now) - report.ntp
        pair = source.layer.report(report.ntp + self._ntp_offset, report.timestamp, now)
        if pair is not None and self.on_report is not None:
            self.on_report(source.layer, pair)

    def tick(self, now: float) -> None:
        """Feedback that is due; every 10 ms or so."""
        if self._closed:
            return
        feedback = b"".join(self._feedback(source, now) for source in self._routing.sources.values())
        if self._next_report is None:
            self._next_report = now + _REPORT_EVERY
        if now >= self._next_report:
            self._next_report = now + _REPORT_EVERY
            self._upstream.send_rtcp(self._report(now) + feedback)
        elif feedback:
            self._upstream.send_rtcp(self._empty + feedback)

    def _feedback(self, source: Source, now: float) -> bytes:
        asked, given_up = source.reception.due(now)
        found = b""
        if asked:
            self._nacks += len(asked)
            found = rtcp_build.nack(Nack(self._ssrc, source.ssrc, tuple(asked)))
        if given_up and source.layer.is_video:
            source.layer.keyframes.want()
        if source.layer.keyframes.due(now):
            found += rtcp_build.picture_loss(PictureLoss(self._ssrc, source.ssrc))
        return found

    def _report(self, now: float) -> bytes:
        sources = [source for source in self._routing.sources.values() if source.reception.packets]
        blocks = tuple(source.reception.report(now) for source in sources)
        compound = rtcp_build.receiver_report(ReceiverReport(self._ssrc, blocks)) + self._names
        limit = self._bandwidth.limit()
        if sources:
            ssrcs = tuple(source.ssrc for source in sources)
            compound += rtcp_build.bitrate_limit(BitrateLimit(self._ssrc, limit, ssrcs))
        return compound

    def left(self, now: float) -> None:
        """The publisher is gone; what was held back is sent."""
        if self._closed:
            return
        self._closed = True
        for track in self._tracks:
            for layer in track.layers:
                layer.flush(now)

    @property
    def closed(self) -> bool:
        return self._closed

    def stats(self) -> IngestStats:
        sources = list(self._routing.sources.values())
        return IngestStats(
            layers=tuple(_layer_stats(source) for source in sources),
            last_packet=self._newest,
            keyframe_requests=sum(source.layer.keyframes.sent for source in sources),
            nacks=self._nacks,
        )


def _layer_stats(source: Source) -> LayerStats:
    layer, reception = source.layer, source.reception
    return LayerStats(
        kind=source.kind,
        rid=layer.rid,
        packets=layer.meter.packets,
        bytes=layer.meter.bytes,
        lost=reception.lost,
        recovered=reception.recovered,
        loss=reception.report_loss,
        jitter_ms=reception.jitter * 1000,
        bitrate=layer.meter.bitrate,
        fps=layer.meter.fps,
        keyframe_interval_s=layer.group.interval,
    )


def _abs_send_time_ids(tracks: list[Track]) -> dict[int, int]:
    """Payload type to extension id."""
    found: dict[int, int] = {}
    for track in tracks:
        number = track.published.extensions.get(ABS_SEND_TIME)
        for payload_type in (track.published.pt, track.published.rtx_pt):
            if number is not None and payload_type is not None:
                found[payload_type] = number
    return found


def ntp_clock(epoch: float) -> Callable[[float], int]:
    """64-bit NTP time of a monotonic ``now``; ``epoch`` is the Unix time of its zero."""
    since_1900 = 2_208_988_800

    def ntp(now: float) -> int:
        return round((now + epoch + since_1900) * NTP_SECOND)

    return ntp
