"""No nonce of a viewer's key ever hides two different packets (RFC 7714 §8.4), whatever happens to the stream.

:class:`~.peers.Gcm` logs every sealing of a viewer and fails at the second different one under a nonce; a line's
receiver keeps its own roll-over counter and fails at a packet that it cannot open.
"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from nakamise_livestream.sfu.rtp import rtcp, rtcp_build
from nakamise_livestream.sfu.streams.faces import RID
from nakamise_livestream.sfu.streams.layer import Layer
from nakamise_livestream.sfu.streams.viewer import Viewer
from tests.plugins.livestream.sfu.streams.peers import (
    RID_ID,
    WANTED_AUDIO,
    WANTED_PLAIN,
    WANTED_VIDEO,
    Back,
    Camera,
    Line,
    audio,
    nack,
    rtp,
    stream,
    video,
)

RIDS = ("q", "h", "f")


class Sends(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.live = stream()
        self.cameras: list[Camera] = []
        self.held: list[bytes] = []
        self.viewers: list[tuple[Viewer, Line]] = []
        self.departed: list[Line] = []
        self.sound = 0
        self.jumped: dict[Layer, int] = {}

    @initialize(
        start=st.one_of(st.integers(0, 200_000), st.integers(65_500, 65_536), st.integers(32_700, 32_768)),
        layers=st.integers(1, 3),
        sequence=st.integers(0, 65535),
    )
    def first_publisher(self, start: int, layers: int, sequence: int) -> None:
        """Numbers begin anywhere, also just before a wrap; two viewers are there from the beginning."""
        self.publish(layers, sequence)
        for track in self.live._tracks.values():
            for layer in track.layers:
                layer._sequencer.next = layer.end = layer.ring.end = start
        self.join(resending=True)
        self.join(resending=False)
        self.keyframes()

    def publish(self, layers: int, sequence: int) -> None:
        rids = RIDS[:layers] if layers > 1 else ()
        extensions = {RID: RID_ID}
        self.cameras = [
            Camera(ssrc=sequence + 7 * place + 1, sequence=sequence, timestamp=sequence * 65536, rid=rid)
            for place, rid in enumerate(rids or ("",))
        ]
        self.ingest = self.live.publish(
            (video(rids=rids, extensions=extensions if rids else {}), audio()), Back(), self.now
        )
        self.sound = sequence

    @rule(
        frames=st.lists(
            st.tuples(st.booleans(), st.integers(1, 6), st.sampled_from([50, 1000])), min_size=1, max_size=4
        ),
        fates=st.lists(st.sampled_from("........x+h"), min_size=12, max_size=12),
    )
    def pictures(self, frames: list[tuple[bool, int, int]], fates: list[str]) -> None:
        """Of all layers at once. Packets arrive, are lost (x), come twice (+), or wait in the network (h)."""
        fate = itertools.cycle(fates)
        for key, pieces, size in frames:
            for place, camera in enumerate(self.cameras):
                for packet in camera.picture(pieces, key=key, size=size + place):
                    self.packet(packet, next(fate))
            self.now += 0.033
            self.live.tick(self.now)

    def packet(self, packet: bytes, fate: str) -> None:
        if fate in ".+":
            self.ingest.rtp(packet, self.now)
        if fate == "+":
            self.ingest.rtp(packet, self.now)
        if fate == "h":
            self.held.append(packet)

    @rule()
    def keyframes(self) -> None:
        for camera in self.cameras:
            for packet in camera.picture(5, key=True):
                self.ingest.rtp(packet, self.now)

    @rule(place=st.integers(0, 2), late=st.booleans())
    def probe(self, place: int, late: bool) -> None:
        packet = self.cameras[place % len(self.cameras)].probe()
        if late:
            self.held.append(packet)
        else:
            self.ingest.rtp(packet, self.now)

    @rule(data=st.data())
    def network_lets_go(self, data: st.DataObject) -> None:
        for packet in data.draw(st.permutations(self.held)):
            self.ingest.rtp(packet, self.now)
        self.held = []

    @rule()
    def minutes_go_by(self) -> None:
        """30,000 numbers that nobody here got: two of these lead over a viewer's roll-over.

        Between two of them every viewer gets something, as a receiver must to keep its counter.
        """
        for track in self.live._tracks.values():
            for layer in track.layers:
                layer.flush(self.now)
                if layer.end != self.jumped.get(layer) and not layer.audience._behind:
                    layer._sequencer.next = layer.end = layer.ring.end = layer.end + 30_000
                    self.jumped[layer] = layer.end
                    layer.begin()
        self.keyframes()
        self.speech()

    @rule()
    def speech(self) -> None:
        self.ingest.rtp(rtp(self.sound, self.sound * 960, b"opus", ssrc=5, pt=111), self.now)
        self.sound += 1

    @rule(layers=st.integers(1, 3), sequence=st.integers(0, 65535), seconds=st.sampled_from([0.0, 0.5, 9.0]))
    def publisher_comes_back(self, layers: int, sequence: int, seconds: float) -> None:
        self.ingest.left(self.now)
        self.now += seconds
        self.publish(layers, sequence)

    @rule(jump=st.integers(1500, 60_000))
    def source_begins_anew(self, jump: int) -> None:
        for camera in self.cameras:
            camera.sequence += jump

    @rule(resending=st.booleans())
    def join(self, resending: bool) -> None:
        if len(self.viewers) < 6:
            line = Line()
            wanted = WANTED_VIDEO if resending else WANTED_PLAIN
            self.viewers.append((self.live.play((wanted, WANTED_AUDIO), line, self.now), line))

    @rule(which=st.integers(0, 5))
    def leave(self, which: int) -> None:
        if self.viewers:
            viewer, line = self.viewers.pop(which % len(self.viewers))
            viewer.left(self.now)
            line.opened()
            self.departed.append(line)

    @rule(which=st.integers(0, 5), place=st.integers(0, 2), patience=st.sampled_from([None, 0.5]))
    def another_layer(self, which: int, place: int, patience: float | None) -> None:
        if self.viewers:
            subscription = self.viewers[which % len(self.viewers)][0].subscriptions["video"]
            layers = self.live._tracks["video"].layers
            subscription.want(layers[place % len(layers)], self.now, patience)
            self.keyframes()

    @rule(which=st.integers(0, 5), back=st.lists(st.integers(-2, 30), min_size=1, max_size=20))
    def viewer_lost(self, which: int, back: list[int]) -> None:
        if self.viewers:
            viewer, line = self.viewers[which % len(self.viewers)]
            ssrc = self.live.ssrc("video")
            newest = line.highest(ssrc)
            viewer.rtcp(nack(ssrc, sorted({(newest - one) & 0xFFFF for one in back})), self.now)

    @rule(which=st.integers(0, 5), fraction=st.integers(0, 255))
    def viewer_reports(self, which: int, fraction: int) -> None:
        if self.viewers:
            block = rtcp.ReportBlock(self.live.ssrc("video"), fraction, 0, 0, 0, 0, 0)
            report = rtcp_build.receiver_report(rtcp.ReceiverReport(1, (block,)))
            self.viewers[which % len(self.viewers)][0].rtcp(report, self.now)

    @rule(place=st.integers(0, 2), ntp=st.integers(0, 2**64 - 1))
    def sender_report(self, place: int, ntp: int) -> None:
        camera = self.cameras[place % len(self.cameras)]
        report = rtcp.SenderReport(camera.ssrc, ntp, camera.timestamp & 0xFFFFFFFF, 1, 1)
        self.ingest.rtcp(rtcp_build.sender_report(report), self.now)

    @rule(seconds=st.sampled_from([0.01, 0.3, 3.0]))
    def time_goes_by(self, seconds: float) -> None:
        self.now += seconds
        self.live.tick(self.now)

    @invariant()
    def every_packet_opens(self) -> None:
        for _, line in self.viewers:
            line.opened()


TestSends = Sends.TestCase
TestSends.settings = settings(
    max_examples=100,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_the_log_sees_a_nonce_used_twice() -> None:
    """The negative control: a layer that begins again at an old number is found out."""
    live = stream()
    camera = Camera()
    ingest = live.publish((video(),), Back(), 0.0)
    line = Line()
    live.play((WANTED_VIDEO,), line, 0.0)
    for packet in camera.picture(key=True):
        ingest.rtp(packet, 0.0)
    layer = live._tracks["video"].layers[0]
    layer.end = layer.ring.end = layer._sequencer.next = 0
    layer.ring._slots = [None] * len(layer.ring._slots)
    layer.begin()
    again = Camera(ssrc=camera.ssrc, sequence=camera.sequence).picture(key=True, size=900)
    with pytest.raises(AssertionError, match="one nonce, two packets"):
        for packet in again:
            ingest.rtp(packet, 0.1)
