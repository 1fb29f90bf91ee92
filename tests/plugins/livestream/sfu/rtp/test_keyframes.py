"""Keyframes of real encoders, packetised by aiortc and by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

import av
import pytest
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder
from av.video.codeccontext import VideoCodecContext
from hypothesis import given
from hypothesis import strategies as st

from nakamise_livestream.sfu.rtp.keyframes import KEYFRAME, PARAMETERS, h264_keyframe, vp8_keyframe

GROUP = 10
FRAMES = 35
WIDTH, HEIGHT = 320, 180


def encoded(codec: str, options: dict[str, str]) -> Iterator[av.Packet[av.VideoStream]]:
    context = av.CodecContext.create(codec, "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    context.time_base = Fraction(1, 30)
    context.gop_size = GROUP
    context.max_b_frames = 0
    context.bit_rate = 800_000
    context.options = options
    noise = random.Random(1)
    for number in range(FRAMES):
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for plane in frame.planes:
            plane.update(noise.randbytes(plane.buffer_size))
        frame.pts = number
        yield from context.encode(frame)
    yield from context.encode(None)


CASES = [
    ("H264", "libx264", {"preset": "ultrafast", "x264-params": "repeat-headers=1:scenecut=0"}),
    ("H264", "libx264", {"preset": "ultrafast", "x264-params": "repeat-headers=1:scenecut=0:slices=4"}),
    ("VP8", "libvpx", {"deadline": "realtime", "cpu-used": "8"}),
]


@pytest.mark.parametrize(("name", "codec", "options"), CASES, ids=["x264", "x264 in slices", "libvpx"])
def test_the_encoder_s_keyframes_are_found_and_no_others(
    name: str, codec: str, options: dict[str, str]
) -> None:
    packer = H264Encoder() if name == "H264" else Vp8Encoder()
    keys = 0
    for packet in encoded(codec, options):
        payloads, _ = packer.pack(packet)
        found = [KEYFRAME[name](payload) for payload in payloads]
        assert any(found) == packet.is_keyframe
        if packet.is_keyframe:
            keys += 1
            assert found[0] or PARAMETERS[name](payloads[0])
            assert len(payloads) > 1
    assert keys == -(-FRAMES // GROUP)


@pytest.mark.parametrize(
    ("payload", "keyframe"),
    [
        ("65", True),
        ("41", False),
        ("67", False),
        ("7c85", True),
        ("7c45", False),
        ("7c05", False),
        ("7c81", False),
        ("18 0002 6742 0002 68ce 0002 6588", True),
        ("18 0002 6742 0002 68ce", False),
        ("18 ffff 6742", False),
        ("7c", False),
        ("", False),
    ],
)
def test_h264_shapes(payload: str, keyframe: bool) -> None:
    assert h264_keyframe(bytes.fromhex(payload)) is keyframe


@pytest.mark.parametrize(
    ("payload", "keyframe"),
    [
        ("10 00", True),
        ("10 01", False),
        ("00 00", False),
        ("11 00", False),
        ("90 80 05 00", True),
        ("90 80 8005 00", True),
        ("90 80 8005 01", False),
        ("90 f0 8005 01 22 00", True),
        ("90", False),
        ("90 80", False),
        ("90 f0 80 05", False),
        ("", False),
    ],
)
def test_vp8_shapes(payload: str, keyframe: bool) -> None:
    assert vp8_keyframe(bytes.fromhex(payload)) is keyframe


@given(payload=st.binary(max_size=60), name=st.sampled_from(["H264", "VP8"]))
def test_any_payload_has_an_answer(payload: bytes, name: str) -> None:
    assert KEYFRAME[name](payload) in {True, False}
    assert PARAMETERS[name](payload) in {True, False}
