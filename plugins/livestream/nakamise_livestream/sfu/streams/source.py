"""One SSRC of a publisher that carries media, and the layer that it feeds."""

from __future__ import annotations

from nakamise_livestream.sfu.rtp import header
from nakamise_livestream.sfu.streams.faces import Kind
from nakamise_livestream.sfu.streams.layer import Layer
from nakamise_livestream.sfu.streams.reception import Reception

_OSN = 2


class Source:
    def __init__(self, ssrc: int, kind: Kind, layer: Layer) -> None:
        self.ssrc = ssrc
        self.kind: Kind = kind
        self.layer = layer
        self.reception = Reception(ssrc, layer.timeline.clock_rate)

    def rtp(self, packet: header.Packet, now: float) -> None:
        number = self.reception.arrived(packet.sequence, packet.timestamp, now)
        if number is None:
            return
        if self.reception.fresh:
            self.layer.begin()
        self.layer.receive(number, packet, now)

    def rtx(self, packet: header.Packet, now: float) -> None:
        """The packet as it was at first, out of a retransmission (RFC 4588 §4); padding probes are ignored."""
        if len(packet.payload) < _OSN:
            return
        number = self.reception.resent(int.from_bytes(packet.payload[:_OSN], "big"))
        if number is not None:
            self.layer.receive(number, _without_osn(packet), now)


def _without_osn(packet: header.Packet) -> header.Packet:
    return header.Packet(
        packet.marker,
        packet.payload_type,
        packet.sequence,
        packet.timestamp,
        packet.ssrc,
        packet.profile,
        packet.extensions,
        packet.payload[_OSN:],
    )
