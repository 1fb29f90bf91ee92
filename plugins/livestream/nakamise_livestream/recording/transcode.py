"""VP8 as H.264: the one thing that is encoded again, since neither HLS nor MP4 players take VP8.

Costs some per cent of a core for each stream, against nothing for H.264; the studio offers H.264 first.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
import msgspec
from av import VideoFrame
from av.video.codeccontext import VideoCodecContext

from nakamise_livestream.recording.units import Segment, TimedUnit, Unit

# No B-pictures: decode times are display times.
_OPTIONS: Final = {
    "preset": "ultrafast",
    "tune": "zerolatency",
    "crf": "26",
    "g": "9999",
    "repeat-headers": "1",
}
_THREADS: Final = 1


def in_h264(segment: Segment) -> Segment:
    """Blocks for as long as that takes; pictures that cannot be decoded are left out."""
    decoder = VideoCodecContext.create("vp8", "r")
    encoder: VideoCodecContext | None = None
    pictures: list[TimedUnit] = []
    for one in segment.video:
        for frame in _decoded(decoder, one):
            encoder = encoder or _encoder(frame)
            pictures += _encoded(encoder, frame, one)
    return msgspec.structs.replace(segment, video=tuple(pictures))


def _decoded(decoder: VideoCodecContext, one: TimedUnit) -> Iterator[VideoFrame]:
    for frame in decoder.decode(av.Packet(one.unit.data)):
        if isinstance(frame, VideoFrame):
            yield frame


def _encoder(first: VideoFrame) -> VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    if not isinstance(encoder, VideoCodecContext):
        raise TypeError("libx264 is no video encoder")
    encoder.width, encoder.height, encoder.pix_fmt = first.width, first.height, "yuv420p"
    encoder.time_base = Fraction(1, 90_000)
    encoder.framerate = Fraction(30)
    encoder.options = _OPTIONS
    encoder.thread_count = _THREADS
    return encoder


def _encoded(encoder: VideoCodecContext, frame: VideoFrame, one: TimedUnit) -> Iterator[TimedUnit]:
    frame = frame.reformat(width=encoder.width, height=encoder.height, format="yuv420p")
    frame.pts = one.unit.timestamp
    frame.time_base = Fraction(1, 90_000)
    frame.pict_type = 0
    for packet in encoder.encode(frame):
        unit = Unit("video", one.unit.timestamp, packet.is_keyframe, bytes(packet))
        yield TimedUnit(one.at, unit)
