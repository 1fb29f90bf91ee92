"""Real encoders' output as RTP packets."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder
from av import VideoFrame
from av.audio.codeccontext import AudioCodecContext

from nakamise_livestream.media import PublishedTrack
from nakamise_livestream.recording.clock import Clock
from nakamise_livestream.recording.depacketise import Depacketiser
from nakamise_livestream.recording.units import TimedUnit
from nakamise_livestream.sfu.rtp.header import Packet
from tests.plugins.livestream.sfu.encoder import FPS, encoded_group

TRACKS = {
    "H264": PublishedTrack(kind="video", mid="1", codec="H264", pt=96, clock_rate=90_000),
    "VP8": PublishedTrack(kind="video", mid="1", codec="VP8", pt=96, clock_rate=90_000),
    "opus": PublishedTrack(kind="audio", mid="0", codec="opus", pt=111, clock_rate=48_000),
}
BEGAN = 1_800_000_000.0
_STEP = {"video": 90_000 // FPS, "audio": 960}
_TIME_BASE = Fraction(1, 90_000)


def rtp(payload: bytes, sequence: int, timestamp: int, *, marker: bool) -> Packet:
    return Packet(0x80 * marker, 96, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 1, 0, b"", payload)


def h264_payloads(groups: int) -> list[list[bytes]]:
    """One list for each picture; a keyframe every two seconds."""
    encoder = H264Encoder()
    pictures: list[list[bytes]] = []
    for data in encoded_group() * groups:
        packet = av.Packet(data)
        packet.pts, packet.time_base = 0, _TIME_BASE
        pictures.append(encoder.pack(packet)[0])
    return pictures


def vp8_payloads(pictures: int, group: int = 60, size: tuple[int, int] = (320, 180)) -> list[list[bytes]]:
    encoder = Vp8Encoder()
    made: list[list[bytes]] = []
    for number in range(pictures):
        frame = VideoFrame(*size, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([number * 3 % 256]) * plane.buffer_size)
        frame.pts, frame.time_base = number * 3000, _TIME_BASE
        made.append(encoder.encode(frame, force_keyframe=number % group == 0)[0])
    return made


def opus_payloads(seconds: float) -> list[list[bytes]]:
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    made: list[list[bytes]] = []
    for number in range(round(seconds * 50)):
        frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
        frame.planes[0].update(bytes(range(256)) * 15)
        frame.sample_rate, frame.pts = 48_000, number * 960
        made += [[bytes(packet)] for packet in encoder.encode(frame)]
    return made


def packets(kind: str, pictures: list[list[bytes]], sequence: int, timestamp: int) -> Iterator[Packet]:
    for number, payloads in enumerate(pictures):
        for place, payload in enumerate(payloads):
            last = place == len(payloads) - 1
            yield rtp(payload, sequence, timestamp + number * _STEP[kind], marker=last)
            sequence += 1


def timed(codec: str, pictures: list[list[bytes]], *, lag_s: float = 0.0) -> list[TimedUnit]:
    """As a recorder gets them; sequence numbers and timestamps wrap soon after the beginning."""
    track = TRACKS[codec]
    depacketiser = Depacketiser(track)
    clock = Clock({track.kind: track.clock_rate})
    first = (1 << 32) - 50_000
    clock.anchor(track.kind, first, BEGAN + lag_s)
    units: list[TimedUnit] = []
    for packet in packets(track.kind, pictures, 65_500, first):
        for unit in depacketiser.push(packet):
            at = clock.at(track.kind, unit.timestamp)
            assert at is not None
            units.append(TimedUnit(at, unit))
    return units
