"""Publishers come, stumble, go and come back; viewers stay as they are."""

from __future__ import annotations

import pytest

from nakamise_livestream.sfu.rtp.sequence import timestamp_difference
from nakamise_livestream.sfu.streams.errors import CodecMismatchError
from nakamise_livestream.sfu.streams.faces import MID
from tests.plugins.livestream.sfu.streams.peers import (
    RID_ID,
    WANTED_AUDIO,
    WANTED_VIDEO,
    Back,
    Camera,
    Line,
    audio,
    frames,
    rtp,
    stream,
    video,
)


def test_another_publisher_is_seen_without_a_gap() -> None:
    live = stream()
    line = Line()
    first = live.publish((video(),), Back(), 0.0)
    camera = Camera()
    live.play((WANTED_VIDEO,), line, 0.0)
    for number in range(3):
        for packet in camera.picture(key=number == 0):
            first.rtp(packet, number / 30)
    before = line.opened()
    first.left(1.0)
    other = Camera(ssrc=77, sequence=12, timestamp=5)
    second = live.publish((video(),), Back(), 6.0)
    for number in range(3):
        for packet in other.picture(6, key=number == 0, size=300):
            second.rtp(packet, 6.0667 + number / 30)
    for packet in camera.picture(key=True):
        first.rtp(packet, 6.2)
    after = line.opened()
    assert frames(after) == {number: set(range(6)) for number in range(3)}
    assert after[0].sequence == (before[-1].sequence + 1) & 0xFFFF
    assert {packet.ssrc for packet in before + after} == {live.ssrc("video")}
    step = timestamp_difference(after[0].timestamp, before[-1].timestamp)
    assert step == pytest.approx(6 * 90_000, abs=90)


def test_a_source_that_begins_anew_is_taken_after_two_packets() -> None:
    live = stream()
    line = Line()
    ingest = live.publish((video(),), Back(), 0.0)
    live.play((WANTED_VIDEO,), line, 0.0)
    camera = Camera(sequence=100)
    for packet in camera.picture(key=True):
        ingest.rtp(packet, 0.0)
    camera.sequence += 30_000
    camera.timestamp += 1 << 31
    for packet in camera.picture():
        ingest.rtp(packet, 1.0)
    for packet in camera.picture(key=True):
        ingest.rtp(packet, 1.03)
    packets = line.opened()
    assert [packet.sequence for packet in packets] == list(
        range(packets[0].sequence, packets[0].sequence + 8)
    )
    assert timestamp_difference(packets[4].timestamp, packets[0].timestamp) == pytest.approx(92_700, abs=90)


def test_an_ssrc_that_changes_is_known_by_its_mid() -> None:
    live = stream()
    line = Line()
    ingest = live.publish((video(ssrc=1111, extensions={MID: RID_ID}),), Back(), 0.0)
    live.play((WANTED_VIDEO,), line, 0.0)
    for packet in Camera(ssrc=1111).picture(key=True):
        ingest.rtp(packet, 0.0)
    for packet in Camera(ssrc=9, rid="2").picture(key=True):
        ingest.rtp(packet, 0.1)
    assert len(line.opened()) == 4
    for packet in Camera(ssrc=9, rid="1").picture(key=True):
        ingest.rtp(packet, 0.2)
    assert len(line.opened()) == 4


def test_padding_leaves_no_gap_and_a_late_one_fills_its_own() -> None:
    live = stream()
    line = Line()
    ingest = live.publish((video(),), Back(), 0.0)
    viewer = live.play((WANTED_VIDEO,), line, 0.0)
    camera = Camera(sequence=65_530)
    for packet in camera.picture(key=True):
        ingest.rtp(packet, 0.0)
    for _ in range(5):
        ingest.rtp(camera.probe(), 0.01)
    late = camera.probe()
    for packet in camera.picture():
        ingest.rtp(packet, 0.03)
    ingest.rtp(late, 0.035)
    packets = line.opened()
    first = packets[0].sequence
    assert [packet.sequence - first for packet in packets] == [0, 1, 2, 3, 5, 6, 7, 8, 4]
    assert [len(packet.payload) > 0 for packet in packets] == [True] * 8 + [False]
    assert viewer.stats().packets == 9


def test_duplicates_and_strays_are_dropped() -> None:
    live = stream()
    line = Line()
    ingest = live.publish((video(ssrc=1111),), Back(), 0.0)
    live.play((WANTED_VIDEO,), line, 0.0)
    for packet in Camera(ssrc=1111).picture(key=True):
        for _ in range(3):
            ingest.rtp(packet, 0.0)
    ingest.rtp(rtp(5, 5, b"stray", ssrc=4), 0.1)
    ingest.rtp(rtp(5, 5, b"stray", ssrc=1111, pt=50), 0.1)
    ingest.rtp(b"junk", 0.1)
    assert len(line.opened()) == 4
    assert ingest.malformed == 1


def test_viewers_may_come_before_the_publisher_is_back() -> None:
    live = stream()
    live.publish((video(), audio()), Back(), 0.0).left(1.0)
    line = Line()
    viewer = live.play((WANTED_VIDEO, WANTED_AUDIO), line, 2.0)
    live.tick(2.5)
    assert viewer.stats().layer is None
    ingest = live.publish((video(), audio()), Back(), 3.0)
    for packet in Camera().picture(key=True):
        ingest.rtp(packet, 3.0)
    ingest.rtp(rtp(1, 1, b"opus", ssrc=8, pt=111), 3.0)
    assert {packet.payload_type for packet in line.opened()} == {102, 109}
    assert viewer.stats().layer == ""


def test_another_codec_needs_other_viewers() -> None:
    live = stream()
    live.publish((video(),), Back(), 0.0)
    viewer = live.play((WANTED_VIDEO,), Line(), 0.0)
    with pytest.raises(CodecMismatchError):
        live.publish((video(codec="VP8"),), Back(), 1.0)
    viewer.left(2.0)
    live.publish((video(codec="VP8"),), Back(), 2.0)
    published = live.codec("video")
    assert published is not None
    assert published.codec == "VP8"
    assert live.codec("audio") is None
    with pytest.raises(CodecMismatchError):
        live.play((WANTED_AUDIO,), Line(), 3.0)


def test_what_was_sent_is_counted_also_after_the_viewer_left() -> None:
    live = stream()
    ingest = live.publish((video(),), Back(), 0.0)
    lines = [Line(), Line()]
    viewers = [live.play((WANTED_VIDEO,), line, 0.0) for line in lines]
    camera = Camera()
    for number in range(10):
        if number == 5:
            viewers[0].left(5.0)
        for packet in camera.picture(key=number == 0):
            ingest.rtp(packet, float(number))
    stats = live.stats(10.0)
    assert (stats.viewers, stats.viewer_seconds, stats.publishing) == (1, 15.0, True)
    assert stats.packets_out == sum(len(line.datagrams) for line in lines) == 60
    assert stats.bytes_out == sum(len(datagram) for line in lines for datagram in line.datagrams)
    assert viewers[1].stats().packets == 40
