"""A network that loses and reorders, and the two ends of it: a publisher and viewers that ask for what they miss."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable

from nakamise_livestream.sfu.rtp import header, rtcp, rtcp_build, rtcp_parse
from nakamise_livestream.sfu.streams.faces import WantedTrack
from nakamise_livestream.sfu.streams.reception import Reception
from nakamise_livestream.sfu.streams.stream import Stream
from tests.plugins.livestream.sfu.streams.peers import (
    VIDEO_RTX_PT,
    Camera,
    Line,
    video,
)

DELAY = 0.02
MOST_JITTER = 0.012
PICTURE_LOSS_AFTER = 0.3


class Network:
    """``loss`` of the datagrams never arrive; each of the others takes its own time."""

    def __init__(self, loss: float, seed: int) -> None:
        self.now = 1000.0
        self._loss = loss
        self._random = random.Random(seed)
        self._order = itertools.count()
        self._under_way: list[tuple[float, int, Callable[[bytes], None], bytes]] = []

    def send(self, take: Callable[[bytes], None], datagram: bytes) -> None:
        if self._random.random() >= self._loss:
            at = self.now + DELAY + self._random.random() * MOST_JITTER
            heapq.heappush(self._under_way, (at, next(self._order), take, datagram))

    def until(self, now: float) -> None:
        while self._under_way and self._under_way[0][0] <= now:
            self.now, _, take, datagram = heapq.heappop(self._under_way)
            take(datagram)
        self.now = now


class Publisher:
    """Answers NACK on a retransmission stream, and PLI with the next frame."""

    rtx_ssrc = 2222

    def __init__(self, network: Network, live: Stream) -> None:
        self.camera = Camera()
        self.sent_at: dict[int, float] = {}
        self.requests = 0
        self._network = network
        self._sent: dict[int, bytes] = {}
        self._rtx = itertools.count(500)
        self._key = True
        track = video(ssrc=self.camera.ssrc, rtx_ssrc=self.rtx_ssrc)
        self.ingest = live.publish((track,), self, network.now)

    def picture(self) -> None:
        self.sent_at[self.camera.frame] = self._network.now
        for packet in self.camera.picture(8 if self._key else 4, key=self._key):
            self._sent[int.from_bytes(packet[2:4], "big")] = packet
            self._network.send(self._arrived, packet)
        self._key = False

    def _arrived(self, packet: bytes) -> None:
        self.ingest.rtp(packet, self._network.now)

    def send_rtcp(self, compound: bytes) -> None:
        self._network.send(self._told, compound)

    def _told(self, compound: bytes) -> None:
        for message in rtcp_parse.parse(compound):
            if isinstance(message, rtcp.PictureLoss):
                self.requests += 1
                self._key = True
            if isinstance(message, rtcp.Nack):
                for sequence in message.sequences:
                    self._again(sequence)

    def _again(self, sequence: int) -> None:
        packet = header.parse(self._sent[sequence])
        head = header.FIXED.pack(
            0x80, packet.marker | VIDEO_RTX_PT, next(self._rtx), packet.timestamp, self.rtx_ssrc
        )
        self._network.send(self._arrived, head + sequence.to_bytes(2, "big") + packet.payload)


class Watcher:
    """A viewer behind the network: opens, asks again, and notes when each frame was whole."""

    def __init__(self, network: Network, live: Stream, wanted: WantedTrack) -> None:
        self.line = Line()
        self.whole_at: dict[int, float] = {}
        self._network = network
        self._live = live
        self._reception = Reception(live.ssrc("video"), 90_000)
        self._pieces: dict[int, set[int]] = {}
        self._asked = network.now
        self._whole_since = network.now
        self.viewer = live.play((wanted,), self, network.now)
        self.aead = self.line.aead
        self.salt = self.line.salt

    def protect(self, packet: bytes) -> bytes:
        return self.line.protect(packet)

    def send_rtcp(self, compound: bytes) -> None:
        self.line.send_rtcp(compound)

    def send_many(self, datagrams: memoryview, segment: int) -> None:
        self.line.send_many(datagrams, segment)
        taken, self.line.datagrams = self.line.datagrams, []
        for datagram in taken:
            self._network.send(self._arrived, datagram)

    def _arrived(self, datagram: bytes) -> None:
        packet = self.line.open(datagram)
        payload = packet.payload
        if packet.ssrc == self._live.rtx_ssrc("video"):
            number = self._reception.resent(int.from_bytes(payload[:2], "big"))
            payload = payload[2:]
        else:
            number = self._reception.arrived(packet.sequence, packet.timestamp, self._network.now)
        if number is not None and len(payload) >= 8:
            self._piece(payload)

    def _piece(self, payload: bytes) -> None:
        frame = int.from_bytes(payload[2:6], "big")
        pieces = self._pieces.setdefault(frame, set())
        pieces.add(payload[6])
        if len(pieces) == payload[7]:
            self.whole_at[frame] = self._whole_since = self._network.now

    def tick(self) -> None:
        now = self._network.now
        asked, _ = self._reception.due(now)
        ssrc = self._live.ssrc("video")
        if asked:
            self._tell(rtcp_build.nack(rtcp.Nack(1, ssrc, tuple(asked))))
        if now - self._whole_since > PICTURE_LOSS_AFTER and now - self._asked > PICTURE_LOSS_AFTER:
            self._asked = now
            self._tell(rtcp_build.picture_loss(rtcp.PictureLoss(1, ssrc)))

    def _tell(self, compound: bytes) -> None:
        self._network.send(lambda arrived: self.viewer.rtcp(arrived, self._network.now), compound)
