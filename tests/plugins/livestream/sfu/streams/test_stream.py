"""A publisher, its viewers, and what reaches them."""

from __future__ import annotations

from tests.plugins.livestream.sfu.streams.peers import (
    WANTED_VIDEO,
    Back,
    Camera,
    Line,
    frames,
    nack,
    stream,
    video,
)


def test_a_viewer_gets_the_pictures_in_order_and_in_few_calls() -> None:
    live = stream()
    camera = Camera()
    ingest = live.publish((video(),), Back(), 0.0)
    line = Line()
    live.play((WANTED_VIDEO,), line, 0.0)
    for number in range(30):
        for packet in camera.picture(key=number == 0):
            ingest.rtp(packet, number / 30)
    packets = line.opened()
    assert [packet.sequence for packet in packets] == list(
        range(packets[0].sequence, packets[0].sequence + 120)
    )
    assert {packet.payload_type for packet in packets} == {102}
    assert {packet.ssrc for packet in packets} == {live.ssrc("video")}
    assert frames(packets) == {number: {0, 1, 2, 3} for number in range(30)}
    assert line.calls == 30


def test_nothing_is_sent_before_a_keyframe_and_one_is_asked_for() -> None:
    live = stream()
    back = Back()
    camera = Camera()
    ingest = live.publish((video(),), back, 0.0)
    line = Line()
    live.play((WANTED_VIDEO,), line, 0.0)
    for at in (0.01, 0.045):
        for packet in camera.picture():
            ingest.rtp(packet, at)
        live.tick(at)
    assert line.opened() == []
    assert [type(message).__name__ for message in back.messages()] == ["ReceiverReport", "PictureLoss"]
    for packet in camera.picture(key=True):
        ingest.rtp(packet, 0.06)
    assert frames(line.opened()) == {2: {0, 1, 2, 3}}


def test_a_joiner_gets_the_group_of_pictures_at_once() -> None:
    live = stream()
    camera = Camera()
    ingest = live.publish((video(),), Back(), 0.0)
    for number in range(20):
        for packet in camera.picture(key=number == 0):
            ingest.rtp(packet, number / 30)
    line = Line()
    live.play((WANTED_VIDEO,), line, 0.7)
    live.tick(0.7)
    live.tick(0.71)
    assert frames(line.opened()) == {number: {0, 1, 2, 3} for number in range(20)}
    for packet in camera.picture():
        ingest.rtp(packet, 0.72)
    assert frames(line.opened()) == {20: {0, 1, 2, 3}}


def test_a_lost_packet_is_sent_again_on_the_retransmission_stream() -> None:
    live = stream()
    camera = Camera()
    ingest = live.publish((video(),), Back(), 0.0)
    line = Line()
    viewer = live.play((WANTED_VIDEO,), line, 0.0)
    for packet in camera.picture(key=True):
        ingest.rtp(packet, 0.0)
    lost = line.opened()[2]
    viewer.rtcp(nack(live.ssrc("video"), [lost.sequence]), 0.02)
    (again,) = line.opened()
    assert again.ssrc == live.rtx_ssrc("video")
    assert again.payload_type == 103
    assert int.from_bytes(again.payload[:2], "big") == lost.sequence
    assert again.payload[2:] == lost.payload
    assert again.timestamp == lost.timestamp
