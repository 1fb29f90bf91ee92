"""Simulcast: which layer a viewer gets, and what a change of layers looks like to it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from nakamise_livestream.sfu.rtp import header, rtcp, rtcp_build
from nakamise_livestream.sfu.rtp.sequence import timestamp_difference
from nakamise_livestream.sfu.streams.faces import RID
from nakamise_livestream.sfu.streams.ingest import Ingest
from nakamise_livestream.sfu.streams.reception import Reception
from nakamise_livestream.sfu.streams.stream import Stream
from nakamise_livestream.sfu.streams.viewer import Viewer
from tests.plugins.livestream.sfu.streams.peers import (
    RID_ID,
    WANTED_VIDEO,
    Back,
    Camera,
    Line,
    frames,
    nack,
    stream,
    video,
)

SIZES = {"q": 200, "f": 1100}


class Show:
    """Two layers at 30 fps, with clocks that differ; a keyframe of both wherever the publisher is asked for one."""

    def __init__(self) -> None:
        self.live: Stream = stream()
        self.back = Back()
        self.now = 50.0
        self.cameras = {
            "q": Camera(ssrc=10, timestamp=1_000_000, rid="q"),
            "f": Camera(ssrc=20, timestamp=0xFFFFF000, rid="f"),
        }
        self.active = {"q", "f"}
        self.pieces = {"q": 2, "f": 2, "": 2}
        self.ingest: Ingest = self.live.publish(
            (video(rids=("q", "f"), extensions={RID: RID_ID}),), self.back, self.now
        )
        self.key = True

    def run(self, seconds: float) -> None:
        for number in range(round(seconds * 30)):
            for rid, camera in self.cameras.items():
                for packet in camera.picture(self.pieces[rid], key=self.key, size=SIZES[rid]):
                    if rid in self.active:
                        self.ingest.rtp(packet, self.now)
            self.key = False
            if number % 30 == 0:
                self._sender_reports()
            self.now += 1 / 30
            self.live.tick(self.now)
            self.key = any(isinstance(message, rtcp.PictureLoss) for message in self.back.messages())

    def _sender_reports(self) -> None:
        for camera in self.cameras.values():
            report = rtcp.SenderReport(
                camera.ssrc, round((self.now + 300) * (1 << 32)), camera.timestamp & 0xFFFFFFFF, 1, 1
            )
            self.ingest.rtcp(rtcp_build.sender_report(report), self.now)

    def reports(self, viewer: Viewer, loss: float, times: int = 1) -> None:
        for _ in range(times):
            block = rtcp.ReportBlock(self.live.ssrc("video"), round(loss * 255), 0, 0, 0, 0, 0)
            viewer.rtcp(rtcp_build.receiver_report(rtcp.ReceiverReport(1, (block,))), self.now)
            self.run(1)


def assert_one_stream(packets: list[header.Packet]) -> None:
    """Numbers without a gap, clocks that go on by a frame each (a changed one may show a picture twice), one SSRC."""
    assert len({packet.ssrc for packet in packets}) == 1
    assert all((after.sequence - before.sequence) & 0xFFFF == 1 for before, after in pairwise(packets))
    steps = [timestamp_difference(after.timestamp, before.timestamp) for before, after in pairwise(packets)]
    assert set(steps[::2]) == {0}
    odd = [step for step in steps[1::2] if step != 3000]
    assert len(odd) <= 4
    assert all(1 <= step <= 3090 for step in odd)


def test_a_bad_line_gets_the_lower_layer_and_a_good_one_the_higher_again() -> None:
    show = Show()
    show.run(2)
    line = Line()
    viewer = show.live.play((WANTED_VIDEO,), line, show.now)
    show.run(1)
    assert viewer.stats().layer == "f"
    show.reports(viewer, 0.3, 4)
    assert viewer.stats().layer == "q"
    show.reports(viewer, 0.0, 10)
    assert viewer.stats().layer == "f"
    packets = line.opened()
    assert_one_stream(packets)
    sizes = [len(packet.payload) > 500 for packet in packets[::2]]
    assert [sizes[0], *(after for before, after in pairwise(sizes) if before != after)] == [True, False, True]


class Narrow(Line):
    """A line that lets through so many bits a second, with a quarter of a second of buffer; the rest is lost."""

    def __init__(self, show: Show, bitrate: float, ssrc: int) -> None:
        super().__init__()
        self.bitrate = bitrate
        self.reception = Reception(ssrc, 90_000)
        self._show = show
        self._filled = 0.0
        self._at = show.now

    def send_many(self, datagrams: memoryview, segment: int) -> None:
        super().send_many(datagrams, segment)
        taken, self.datagrams = self.datagrams, []
        for datagram in taken:
            self._pass(datagram)

    def _pass(self, datagram: bytes) -> None:
        now = self._show.now
        self._filled = max(0.0, self._filled - (now - self._at) * self.bitrate) + len(datagram) * 8
        self._at = now
        if self._filled > self.bitrate / 4:
            self._filled -= len(datagram) * 8
            return
        packet = self.open(datagram)
        self.reception.arrived(packet.sequence, packet.timestamp, now)

    def report(self) -> bytes:
        return rtcp_build.receiver_report(rtcp.ReceiverReport(1, (self.reception.report(self._show.now),)))


@pytest.mark.req("GA-01")
def test_on_a_line_of_500_kbit_s_the_lower_layer_runs_without_loss_and_the_higher_is_back_afterwards() -> (
    None
):
    show = Show()
    show.pieces["f"] = 4
    show.run(2)
    line = Narrow(show, 3_000_000, show.live.ssrc("video"))
    viewer = show.live.play((WANTED_VIDEO,), line, show.now)
    layers: list[str | None] = []
    losses: list[float] = []
    for second in range(40):
        line.bitrate = 500_000 if 5 <= second < 20 else 3_000_000
        show.run(1)
        viewer.rtcp(line.report(), show.now)
        layers.append(viewer.stats().layer)
        losses.append(line.reception.report_loss)
    assert set(layers[:5]) == {"f"}
    assert max(losses[5:8]) > 0.3
    assert layers[8:12] == ["q"] * 4
    assert max(losses[9:12]) == 0
    assert layers[-1] == "f"
    assert losses[-1] == 0


def test_a_step_up_that_fails_is_tried_less_often() -> None:
    show = Show()
    show.run(2)
    viewer = show.live.play((WANTED_VIDEO,), Line(), show.now)
    times_up = 0
    for _ in range(60):
        before = viewer.stats().layer
        show.reports(viewer, 0.4 if before == "f" else 0.0)
        times_up += (before, viewer.stats().layer) == ("q", "f")
    assert 1 <= times_up <= 4


def test_a_layer_that_the_publisher_stops_is_left() -> None:
    show = Show()
    show.run(2)
    line = Line()
    viewer = show.live.play((WANTED_VIDEO,), line, show.now)
    show.run(1)
    show.active = {"q"}
    show.run(3)
    assert viewer.stats().layer == "q"
    assert len(frames(line.opened())) > 60


def test_a_packet_from_before_the_change_can_still_be_asked_for() -> None:
    show = Show()
    show.run(2)
    line = Line()
    viewer = show.live.play((WANTED_VIDEO,), line, show.now)
    show.run(0.2)
    lost = line.opened()[-1]
    show.reports(viewer, 0.3, 3)
    show.run(0.5)
    assert viewer.stats().layer == "q"
    line.opened()
    viewer.rtcp(nack(show.live.ssrc("video"), [lost.sequence]), show.now)
    (again,) = line.opened()
    assert again.payload[2:] == lost.payload
    assert again.timestamp == lost.timestamp


def test_without_a_lower_layer_heavy_loss_pauses_until_a_keyframe() -> None:
    live = stream()
    ingest = live.publish((video(),), Back(), 0.0)
    line = Line()
    viewer = live.play((WANTED_VIDEO,), line, 0.0)
    camera = Camera()
    for packet in camera.picture(key=True):
        ingest.rtp(packet, 0.0)
    for number in range(1, 160):
        now = number / 30
        for packet in camera.picture(key=number == 150):
            ingest.rtp(packet, now)
        live.tick(now)
        if number in (30, 90):
            block = rtcp.ReportBlock(live.ssrc("video"), 200, 0, 0, 0, 0, 0)
            viewer.rtcp(rtcp_build.receiver_report(rtcp.ReceiverReport(1, (block,))), now)
            assert (viewer.stats().layer is None) == (number == 90)
    packets = line.opened()
    assert sorted(frames(packets)) == [*range(91), *range(150, 160)]
    assert [packet.sequence for packet in packets] == list(range(len(packets)))
    assert timestamp_difference(packets[-1].timestamp, packets[0].timestamp) == 159 * 3000


def estimate(show: Show, bitrate: int) -> bytes:
    return rtcp_build.bitrate_limit(rtcp.BitrateLimit(1, bitrate, (show.live.ssrc("video"),)))


def test_a_viewer_s_estimate_counts_as_well() -> None:
    show = Show()
    show.run(3)
    viewer = show.live.play((WANTED_VIDEO,), Line(), show.now)
    show.run(0.5)
    viewer.rtcp(estimate(show, 100_000), show.now)
    show.run(1)
    assert viewer.stats().layer == "q"


def test_an_estimate_that_still_rises_is_no_full_line() -> None:
    """A browser's follows what it gets: from the lower layer it cannot be enough for the higher one."""
    show = Show()
    show.run(3)
    viewer = show.live.play((WANTED_VIDEO,), Line(), show.now)
    show.run(0.5)
    layers: list[str | None] = []
    for second in range(20):
        viewer.rtcp(estimate(show, 100_000 + 1000 * second), show.now)
        show.run(1)
        layers.append(viewer.stats().layer)
    assert layers[0] == "q"
    assert layers[-5:] == ["f"] * 5
    for _ in range(4):
        viewer.rtcp(estimate(show, 100_000), show.now)
        show.run(1)
    assert viewer.stats().layer == "q"


def test_the_next_publisher_may_have_other_layers() -> None:
    show = Show()
    show.run(2)
    line = Line()
    viewer = show.live.play((WANTED_VIDEO,), line, show.now)
    show.run(0.5)
    show.ingest.left(show.now)
    show.cameras = {"": Camera(ssrc=99, sequence=7, timestamp=7)}
    SIZES[""] = 900
    show.ingest = show.live.publish((video(ssrc=99),), show.back, show.now)
    show.active = {""}
    show.key = True
    show.run(2.5)
    assert viewer.stats().layer == ""
    packets = line.opened()
    assert all((after.sequence - before.sequence) & 0xFFFF == 1 for before, after in pairwise(packets))
    assert len(packets[-1].payload) > 800
