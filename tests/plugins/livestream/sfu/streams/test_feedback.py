"""What goes back to the publisher, and what viewers' reports are answered with."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeVar

import pytest

from nakamise_livestream.sfu.rtp import rtcp, rtcp_build
from nakamise_livestream.sfu.rtp.sequence import timestamp_difference
from nakamise_livestream.sfu.streams.faces import ABS_SEND_TIME
from nakamise_livestream.sfu.streams.viewer import Viewer
from tests.plugins.livestream.sfu.streams.peers import (
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

M = TypeVar("M", bound=rtcp.Message)


def told(back: Back, kind: type[M]) -> list[M]:
    return [message for message in back.messages() if isinstance(message, kind)]


def picture_loss(viewer: Viewer, ssrc: int, now: float) -> None:
    viewer.rtcp(rtcp_build.picture_loss(rtcp.PictureLoss(1, ssrc)), now)


def test_many_wishes_are_few_requests_until_a_keyframe_comes() -> None:
    live = stream()
    back = Back()
    camera = Camera()
    ingest = live.publish((video(),), back, 0.0)
    viewers = [live.play((WANTED_VIDEO,), Line(), 0.0) for _ in range(10)]
    for packet in camera.picture(key=True):
        ingest.rtp(packet, 0.0)
    at: list[float] = []
    for step in range(300):
        now = step / 100
        live.tick(now)
        if step == 3:
            for viewer in viewers:
                picture_loss(viewer, live.ssrc("video"), now)
        at += [now] * len(told(back, rtcp.PictureLoss))
    assert at[0] == pytest.approx(0.03, abs=0.011)
    assert len(at) in (5, 6)
    assert all(later - earlier >= 0.299 for earlier, later in pairwise(at))
    for packet in camera.picture(key=True):
        ingest.rtp(packet, 3.0)
    for step in range(100):
        live.tick(3.0 + step / 100)
    assert told(back, rtcp.PictureLoss) == []


def test_the_publisher_is_asked_again_and_again_for_a_lost_packet() -> None:
    live = stream()
    back = Back()
    camera = Camera(sequence=65_534)
    ingest = live.publish((video(ssrc=1111, rtx_ssrc=2222),), back, 0.0)
    first, lost, *rest = camera.picture(key=True)
    for packet in (first, *rest):
        ingest.rtp(packet, 0.0)
    asked: list[float] = []
    for step in range(30):
        live.tick(step / 100)
        for message in told(back, rtcp.Nack):
            assert message == rtcp.Nack(message.sender, 1111, (65_535,))
            asked.append(step / 100)
    assert asked[0] == 0.01
    assert len(asked) == 6
    ingest.rtp(rtp(9, 0xFFFF0000, (65_535).to_bytes(2, "big") + lost[12:], ssrc=2222, pt=97), 0.3)
    live.tick(0.5)
    assert told(back, rtcp.Nack) == []
    (layer,) = ingest.stats().layers
    assert (layer.lost, layer.recovered, layer.packets) == (0, 1, 4)


def test_a_lost_packet_that_never_comes_is_given_up_for_a_keyframe() -> None:
    live = stream()
    back = Back()
    camera = Camera()
    ingest = live.publish((video(),), back, 0.0)
    pieces = camera.picture(key=True)
    for packet in pieces[:2] + pieces[3:]:
        ingest.rtp(packet, 0.0)
    for step in range(100):
        live.tick(step / 100)
    messages = back.messages()
    assert sum(isinstance(message, rtcp.Nack) for message in messages) == 10
    assert any(isinstance(message, rtcp.PictureLoss) for message in messages)


def test_the_publisher_gets_reports_on_what_arrived() -> None:
    live = stream()
    back = Back()
    camera = Camera(sequence=10)
    ingest = live.publish((video(), audio()), back, 0.0)
    for number in range(25):
        for place, packet in enumerate(camera.picture(key=number == 0)):
            if place != 2 or number % 5:
                ingest.rtp(packet, number / 30)
    ingest.rtcp(rtcp_build.sender_report(rtcp.SenderReport(1111, 5 << 32, 7, 1, 1)), 0.9)
    live.tick(0.0)
    back.messages()
    live.tick(1.4)
    report, names, limit = back.messages()[:3]
    assert isinstance(report, rtcp.ReceiverReport)
    assert isinstance(names, rtcp.SourceDescription)
    assert names.names[0][1] == live.cname
    (block,) = report.reports
    assert (block.ssrc, block.lost, block.fraction_lost) == (1111, 5, 5 * 256 // 100)
    assert block.highest_sequence == 109
    assert (block.last_report, block.delay) == (5 << 16, round(0.5 * 65536))
    assert isinstance(limit, rtcp.BitrateLimit)
    assert limit.ssrcs == (1111,)


def test_the_limit_falls_when_the_line_fills_up() -> None:
    """Packets that were sent evenly come later and later: the delay grows."""
    live = stream()
    back = Back()
    ingest = live.publish((video(extensions={ABS_SEND_TIME: 3}),), back, 0.0)
    camera = Camera()
    camera.extensions = {3: b"\0\0\0"}
    limits: list[int] = []
    now = 0.0
    for number in range(240):
        sent = number / 30
        now = sent if number < 90 else 3.0 + (sent - 3.0) * 1.5
        camera.extensions = {3: (int(sent * (1 << 18)) & 0xFFFFFF).to_bytes(3, "big")}
        for packet in camera.picture(key=number == 0):
            ingest.rtp(packet, now)
        live.tick(now)
        limits += [message.bitrate for message in told(back, rtcp.BitrateLimit)]
    assert max(limits[:3]) > 1_000_000
    assert limits[-1] < 800_000


def test_the_operator_s_limit_holds_without_an_estimate() -> None:
    live = stream()
    back = Back()
    ingest = live.publish((video(),), back, 0.0)
    for packet in Camera().picture(key=True):
        ingest.rtp(packet, 0.0)
    for now in (0.0, 1.1):
        live.tick(now)
    (limit,) = told(back, rtcp.BitrateLimit)
    assert limit.bitrate == pytest.approx(6_000_000, rel=1e-4)


def test_sender_reports_keep_sound_and_picture_together() -> None:
    """Both tracks' reports say the same difference of clocks as the publisher's did, also to a late joiner."""
    live = stream()
    ingest = live.publish((video(ssrc=1111), audio(ssrc=5)), Back(), 0.0)
    early = Line()
    live.play((WANTED_VIDEO, WANTED_AUDIO), early, 0.0)
    camera = Camera(timestamp=90_000)
    for packet in camera.picture(key=True):
        ingest.rtp(packet, 10.0)
    ingest.rtp(rtp(1, 48_000, b"opus", ssrc=5, pt=111), 10.0)
    ingest.rtcp(rtcp_build.sender_report(rtcp.SenderReport(1111, 700 << 32, 90_000 * 3, 1, 1)), 12.0)
    ingest.rtcp(rtcp_build.sender_report(rtcp.SenderReport(5, 701 << 32, 48_000 * 5, 1, 1)), 12.5)
    late = Line()
    live.play((WANTED_VIDEO, WANTED_AUDIO), late, 13.0)
    live.tick(13.6)
    for line in (early, late):
        reports = {
            message.ssrc: message for message in line.messages() if isinstance(message, rtcp.SenderReport)
        }
        picture, sound = reports[live.ssrc("video")], reports[live.ssrc("audio")]
        seconds = (sound.ntp - picture.ntp) / (1 << 32)
        moved_picture = timestamp_difference(picture.timestamp, 90_000 * 3) / 90_000
        moved_sound = timestamp_difference(sound.timestamp, 48_000 * 5) / 48_000
        assert seconds == pytest.approx(1 + moved_sound - moved_picture, abs=1e-4)
        assert picture.ntp / (1 << 32) == pytest.approx(
            1_700_000_000 + 2_208_988_800 + 12 + moved_picture, abs=0.001
        )


def test_the_round_trip_is_known_from_the_viewer_s_report() -> None:
    live = stream()
    ingest = live.publish((video(ssrc=1111),), Back(), 0.0)
    line = Line()
    viewer = live.play((WANTED_VIDEO,), line, 0.0)
    for packet in Camera().picture(key=True):
        ingest.rtp(packet, 1.0)
    ingest.rtcp(rtcp_build.sender_report(rtcp.SenderReport(1111, 700 << 32, 5, 1, 1)), 2.0)
    (report, _) = line.messages()
    assert isinstance(report, rtcp.SenderReport)
    block = rtcp.ReportBlock(
        ssrc=live.ssrc("video"),
        fraction_lost=64,
        lost=1,
        highest_sequence=4,
        jitter=0,
        last_report=report.ntp >> 16 & 0xFFFFFFFF,
        delay=65536 // 2,
    )
    viewer.rtcp(rtcp_build.receiver_report(rtcp.ReceiverReport(1, (block,))), 2.62)
    stats = viewer.stats()
    assert stats.rtt_ms == pytest.approx(120, abs=1)
    assert stats.loss == 0.25


def test_what_is_sent_again_byte_for_byte_is_the_same_datagram() -> None:
    live = stream()
    ingest = live.publish((video(),), Back(), 0.0)
    line = Line()
    viewer = live.play((WANTED_PLAIN,), line, 0.0)
    for packet in Camera().picture(key=True):
        ingest.rtp(packet, 0.0)
    sent = list(line.datagrams)
    line.datagrams = []
    viewer.rtcp(nack(live.ssrc("video"), [1, 3]), 0.1)
    assert line.datagrams == [sent[1], sent[3]]


def test_a_viewer_cannot_have_all_sent_again_without_end() -> None:
    live = stream()
    ingest = live.publish((video(),), Back(), 0.0)
    line = Line()
    viewer = live.play((WANTED_VIDEO,), line, 0.0)
    for packet in Camera().picture(key=True):
        ingest.rtp(packet, 0.0)
    for _ in range(1000):
        viewer.rtcp(nack(live.ssrc("video"), [0, 1, 2, 3]), 0.1)
    assert viewer.stats().resent == 400


def test_junk_from_a_viewer_is_counted_and_forgotten() -> None:
    live = stream()
    live.publish((video(),), Back(), 0.0)
    viewer = live.play((WANTED_VIDEO,), Line(), 0.0)
    viewer.rtcp(b"\x80\xce\xff\xff", 0.1)
    viewer.rtcp(nack(12345, [1]), 0.1)
    viewer.rtcp(nack(live.ssrc("video"), [1, 60_000]), 0.1)
    assert viewer.malformed == 1
    assert viewer.stats().resent == 0
