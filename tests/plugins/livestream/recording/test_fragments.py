"""From RTP to files that a player plays."""

from __future__ import annotations

import io
from fractions import Fraction
from itertools import pairwise

import av
import pytest

from nakamise_livestream.recording.depacketise import Depacketiser
from nakamise_livestream.recording.fragments import Fragment, fragment
from nakamise_livestream.recording.segmenter import Segmenter
from nakamise_livestream.recording.sound import FRAME, RATE, Sound
from nakamise_livestream.recording.transcode import in_h264
from nakamise_livestream.recording.units import Segment, TimedUnit
from tests.plugins.livestream.recording.material import (
    TRACKS,
    h264_payloads,
    opus_payloads,
    packets,
    timed,
    vp8_payloads,
)


def segments(codec: str, units: list[TimedUnit]) -> list[Segment]:
    segmenter = Segmenter(codec, has_audio=True)
    found = [each for unit in sorted(units, key=lambda one: one.at) for each in segmenter.push(unit)]
    return [*found, *segmenter.finish()]


def muxed(codec: str, found: list[Segment]) -> list[Fragment]:
    starts = Fraction(0)
    made = []
    sound = Sound()
    for number, segment in enumerate(found, 1):
        playable = sound.in_aac(segment if codec == "H264" else in_h264(segment))
        made.append(fragment(playable, starts=starts, number=number))
        starts += Fraction(round(segment.duration * 1_000_000), 1_000_000)
    return made


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_ten_seconds_play_with_their_sound(codec: str) -> None:
    pictures = h264_payloads(5) if codec == "H264" else vp8_payloads(300)
    found = segments(codec, [*timed(codec, pictures), *timed("opus", opus_payloads(10), lag_s=0.005)])
    assert [round(one.duration, 3) for one in found] == [4.0, 4.0, 2.0]
    assert [one.is_discontinuous for one in found] == [True, False, False]
    made = muxed(codec, found)
    assert len({one.init for one in made}) == 1
    whole = made[0].init + b"".join(one.media for one in made)
    with av.open(io.BytesIO(whole), "r") as file:
        seen = [frame.time for frame in file.decode(video=0)]
    assert seen == pytest.approx([number / 30 for number in range(300)], abs=0.001)
    with av.open(io.BytesIO(whole), "r") as file:
        heard = [packet for packet in file.demux(audio=0) if packet.pts is not None]
    times = [float((packet.pts or 0) * (packet.time_base or 0)) for packet in heard]
    # A frame of the encoder's beginning is no sound, and its last one never comes: the recording ends before.
    frames = [0.005 + number * FRAME / RATE for number in range(len(times))]
    assert times == pytest.approx(frames, abs=0.001)
    assert times[-1] == pytest.approx(10, abs=0.1)


def test_each_segment_plays_alone() -> None:
    made = muxed(
        "H264", segments("H264", [*timed("H264", h264_payloads(4)), *timed("opus", opus_payloads(8))])
    )
    with av.open(io.BytesIO(made[1].init + made[1].media), "r") as file:
        assert len(list(file.decode(video=0))) == 120


def test_a_lost_packet_costs_the_pictures_up_to_the_next_keyframe() -> None:
    sent = list(packets("video", h264_payloads(6), 0, 0))
    lost = sent[:70] + sent[71:]
    depacketiser = Depacketiser(TRACKS["H264"])
    units = [unit for packet in lost for unit in depacketiser.push(packet)]
    steps = [later.timestamp - earlier.timestamp for earlier, later in pairwise(units)]
    assert [step for step in steps if step != 3000] == [max(steps)]
    after = units[steps.index(max(steps)) + 1]
    assert after.is_keyframe


def test_packets_out_of_order_lose_nothing() -> None:
    sent = list(packets("video", h264_payloads(2), 65_530, 0))
    swapped = [sent[place ^ 1] if place ^ 1 < len(sent) else sent[place] for place in range(2, len(sent))]
    straight, crossed = Depacketiser(TRACKS["H264"]), Depacketiser(TRACKS["H264"])
    expected = [unit for packet in sent for unit in straight.push(packet)]
    assert [unit for packet in [*sent[:2], *swapped] for unit in crossed.push(packet)] == expected


def test_a_publisher_that_comes_back_with_another_size_makes_a_discontinuity() -> None:
    before = timed("VP8", vp8_payloads(60))
    after = [TimedUnit(one.at + 9, one.unit) for one in timed("VP8", vp8_payloads(60, size=(640, 360)))]
    found = segments("VP8", [*before, *after])
    assert [(round(one.duration, 2), one.is_discontinuous) for one in found] == [(2.0, True), (2.0, True)]
    first, second = muxed("VP8", found)
    assert first.init != second.init
    with av.open(io.BytesIO(second.init + second.media), "r") as file:
        assert {(frame.width, frame.height) for frame in file.decode(video=0)} == {(640, 360)}


@pytest.mark.parametrize("has_audio", [True, False])
def test_a_silent_publisher_is_recorded_too(has_audio: bool) -> None:
    segmenter = Segmenter("H264", has_audio=has_audio)
    found = [each for unit in timed("H264", h264_payloads(4)) for each in segmenter.push(unit)]
    made = fragment(found[0], starts=Fraction(7), number=1, has_audio=has_audio)
    with av.open(io.BytesIO(made.init + made.media), "r") as file:
        assert len(file.streams.audio) == has_audio
        seen = [frame.time for frame in file.decode(video=0)]
    assert (len(seen), seen[0]) == (120, 7.0)
