"""One track's RTP packets become units."""

from __future__ import annotations

from collections.abc import Iterator

from nakamise_livestream.media import Kind, PublishedTrack
from nakamise_livestream.recording.payloads import ASSEMBLE
from nakamise_livestream.recording.reorder import Reorder
from nakamise_livestream.recording.units import Unit
from nakamise_livestream.sfu.rtp.errors import MalformedPacketError
from nakamise_livestream.sfu.rtp.header import Packet
from nakamise_livestream.sfu.rtp.keyframes import KEYFRAME, never
from nakamise_livestream.sfu.rtp.sequence import nearest


class Depacketiser:
    """Pictures that miss a piece are left out, and all after them until the next keyframe."""

    def __init__(self, track: PublishedTrack) -> None:
        self._kind: Kind = track.kind
        self._assemble = ASSEMBLE[track.codec]
        self._is_keyframe = KEYFRAME.get(track.codec, never)
        self._order = Reorder()
        self._payloads: list[bytes] = []
        self._timestamp: int | None = None
        self._is_broken = track.kind == "video"

    def push(self, packet: Packet) -> Iterator[Unit]:
        for next_ in self._order.push(packet):
            if next_ is None:
                self._missed()
            elif next_.payload:
                yield from self._add(next_)

    def unwrapped(self, timestamp: int) -> int:
        """A 32-bit RTP timestamp of the same clock, without wraps."""
        around = self._timestamp
        return timestamp if around is None else nearest(timestamp, around, 32)

    def _missed(self) -> None:
        self._payloads.clear()
        self._is_broken = self._kind == "video"

    def _add(self, packet: Packet) -> Iterator[Unit]:
        timestamp = self.unwrapped(packet.timestamp)
        if self._payloads and timestamp != self._timestamp:
            yield from self._finish()
        self._timestamp = timestamp
        self._payloads.append(packet.payload)
        if packet.marker or self._kind == "audio":
            yield from self._finish()

    def _finish(self) -> Iterator[Unit]:
        payloads, self._payloads = self._payloads, []
        is_keyframe = any(map(self._is_keyframe, payloads))
        if self._timestamp is None or (self._is_broken and not is_keyframe):
            return
        try:
            data = self._assemble(payloads)
        except MalformedPacketError:
            self._missed()
            return
        self._is_broken = False
        yield Unit(self._kind, self._timestamp, is_keyframe, data)
