"""Sender reports to viewers: the publisher's clock in the timestamps that each class of viewers sees."""

from __future__ import annotations

from nakamise_livestream.sfu.rtp import rtcp, rtcp_build
from nakamise_livestream.sfu.streams.audience import Listener
from nakamise_livestream.sfu.streams.layer import Layer
from nakamise_livestream.sfu.streams.rewrite import Rewrite
from nakamise_livestream.sfu.streams.timeline import ClockPair

_REMEMBERED = 60.0
_APART = 0.9


class Reports:
    def __init__(self, cname: str) -> None:
        self._cname = cname
        self._sent: dict[int, float] = {}
        """Middle 32 bits of an NTP time that went out, and when."""
        self._last: dict[Layer, float] = {}

    def forward(self, layer: Layer, pair: ClockPair, now: float) -> None:
        """To all who get the layer, about once a second at most."""
        last = self._last.get(layer)
        if last is not None and now - last < _APART:
            return
        self._last[layer] = now
        self._remember(pair, now)
        made: dict[Rewrite, bytes] = {}
        for listener in layer.audience.listeners():
            report = made.get(listener.rewrite)
            if report is None:
                report = made[listener.rewrite] = self._report(layer, pair, listener.rewrite)
            listener.outlet.send_rtcp(report)

    def catch_up(self, listener: Listener, layer: Layer, now: float) -> None:
        """The clock for one who has just joined."""
        pair = layer.timeline.pair_at(now)
        if pair is not None:
            self._remember(pair, now)
            listener.outlet.send_rtcp(self._report(layer, pair, listener.rewrite))

    def _report(self, layer: Layer, pair: ClockPair, rewrite: Rewrite) -> bytes:
        report = rtcp.SenderReport(
            ssrc=rewrite.ssrc,
            ntp=pair.ntp,
            timestamp=(pair.timestamp + rewrite.timestamp_shift) & 0xFFFFFFFF,
            packets=layer.meter.packets,
            octets=layer.meter.bytes,
        )
        return rtcp_build.sender_report(report) + rtcp_build.source_description(rewrite.ssrc, self._cname)

    def _remember(self, pair: ClockPair, now: float) -> None:
        self._sent[pair.ntp >> 16 & 0xFFFFFFFF] = now
        for middle, at in list(self._sent.items()):
            if now - at < _REMEMBERED:
                break
            del self._sent[middle]

    def rtt(self, block: rtcp.ReportBlock, now: float) -> float | None:
        """Seconds (RFC 3550 §6.4.1); None if the block answers no report that is remembered."""
        sent = self._sent.get(block.last_report)
        return None if sent is None else max(0.0, now - sent - block.delay / 65536)
