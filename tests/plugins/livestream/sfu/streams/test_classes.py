"""Who shares a header with whom, and what the first index of a joiner is."""

from __future__ import annotations

from collections.abc import Sequence

import pylibsrtp
import pytest

from nakamise_livestream.sfu.rtp import header
from nakamise_livestream.sfu.streams.faces import ABS_SEND_TIME, MID, WantedTrack
from nakamise_livestream.sfu.streams.ingest import Ingest
from nakamise_livestream.sfu.streams.stream import Stream
from tests.plugins.livestream.sfu.streams.peers import (
    WANTED_PLAIN,
    WANTED_VIDEO,
    Back,
    Camera,
    Line,
    frames,
    stream,
    video,
)


class OldLine:
    """An outlet without AES-GCM, and libsrtp at its other end."""

    aead = None
    salt = 0

    def __init__(self) -> None:
        key = bytes(range(30))
        profile = pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80
        outbound = pylibsrtp.Policy.SSRC_ANY_OUTBOUND
        inbound = pylibsrtp.Policy.SSRC_ANY_INBOUND
        self._out = pylibsrtp.Session(pylibsrtp.Policy(key=key, ssrc_type=outbound, srtp_profile=profile))
        self._in = pylibsrtp.Session(pylibsrtp.Policy(key=key, ssrc_type=inbound, srtp_profile=profile))
        self.packets: list[header.Packet] = []

    def protect(self, packet: bytes) -> bytes:
        return bytes(self._out.protect(packet))

    def send_many(self, datagrams: memoryview, segment: int) -> None:
        assert len(datagrams) == segment
        self.packets.append(header.parse(bytes(self._in.unprotect(bytes(datagrams)))))

    def send_rtcp(self, compound: bytes) -> None: ...


def at_number(live: Stream, number: int) -> None:
    for layer in live._tracks["video"].layers:
        layer._sequencer.next = layer.end = layer.ring.end = number


def play(live: Stream, ingest: Ingest, camera: Camera, lines: Sequence[Line], wanted: WantedTrack) -> None:
    for line in lines:
        live.play((wanted,), line, 0.0)
    for number in range(2):
        for packet in camera.picture(key=number == 0):
            ingest.rtp(packet, 0.0)


@pytest.mark.parametrize("number", [0, 32_766, 32_768, 65_533, 65_535, 65_536, 98_303, 3 * 65_536 + 5])
def test_a_joiner_begins_in_the_lower_half_with_a_counter_of_zero(number: int) -> None:
    live = stream()
    ingest = live.publish((video(),), Back(), 0.0)
    at_number(live, number)
    line = Line()
    play(live, ingest, Camera(), [line], WANTED_VIDEO)
    packets = line.opened()
    assert len(packets) == 8
    assert packets[0].sequence == number % 32_768


def test_equal_viewers_share_a_class_until_the_numbers_have_gone_on() -> None:
    live = stream()
    ingest = live.publish((video(),), Back(), 0.0)
    camera = Camera()
    at_number(live, 30_000)
    lines = [Line() for _ in range(3)]
    play(live, ingest, camera, lines, WANTED_VIDEO)
    play(live, ingest, camera, [Line()], WANTED_PLAIN)
    (layer,) = live._tracks["video"].layers
    assert [len(group.ways) for group in layer.audience.classes.values()] == [3, 1]
    at_number(live, 33_000)
    ingest = live.publish((video(),), Back(), 0.0)
    play(live, ingest, camera, [Line(), Line()], WANTED_VIDEO)
    assert [len(group.ways) for group in layer.audience.classes.values()] == [3, 1, 2]
    assert all(frames(line.opened()) for line in lines)


def test_a_viewer_without_gcm_gets_the_same_through_libsrtp() -> None:
    live = stream()
    ingest = live.publish((video(),), Back(), 0.0)
    line, old = Line(), OldLine()
    live.play((WANTED_VIDEO,), line, 0.0)
    viewer = live.play((WANTED_VIDEO,), old, 0.0)
    camera = Camera()
    for number in range(5):
        for packet in camera.picture(key=number == 0):
            ingest.rtp(packet, number / 30)
    assert old.packets == line.opened()
    assert viewer.stats().packets == 20


def test_extensions_are_those_that_the_viewer_asked_for() -> None:
    live = stream()
    ingest = live.publish((video(),), Back(), 0.0)
    lines = [Line(), Line()]
    live.play((WANTED_VIDEO,), lines[0], 12.5)
    live.play(
        (WantedTrack(kind="video", mid="long name", pt=96, extensions={MID: 20, ABS_SEND_TIME: 1}),),
        lines[1],
        0.0,
    )
    for packet in Camera().picture(key=True):
        ingest.rtp(packet, 12.5)
    values = [
        header.extension_values(packet.profile, packet.extensions)
        for packet in (lines[0].opened()[0], lines[1].opened()[0])
    ]
    sent = (int(12.5 * (1 << 18)) & 0xFFFFFF).to_bytes(3, "big")
    assert values == [{2: sent, 3: b"v"}, {1: sent, 20: b"long name"}]


def test_a_joiner_in_a_big_group_catches_up_in_bursts() -> None:
    live = stream()
    ingest = live.publish((video(),), Back(), 0.0)
    camera = Camera()
    for number in range(60):
        for packet in camera.picture(key=number == 0):
            ingest.rtp(packet, number / 40)
    line = Line()
    live.play((WANTED_VIDEO,), line, 1.5)
    counts = []
    for step in range(6):
        live.tick(1.51 + step / 100)
        counts.append(len(line.opened()))
    assert counts == [64, 64, 64, 48, 0, 0]
