"""A short film of still pictures for a demo's replay, with the same muxer as real recordings."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

import av
from av import VideoFrame
from av.video.codeccontext import VideoCodecContext
from PIL import Image

from nakamise_livestream.recording.fragments import VIDEO_RATE, Fragment, fragment
from nakamise_livestream.recording.units import Segment, TimedUnit, Unit

Film = Fragment
SLIDE_S: Final = 8
_SIZE: Final = (360, 640)
_FPS: Final = 10
# How far a slide comes nearer.
_ZOOM: Final = 0.12


async def film(pictures: Sequence[bytes]) -> list[Film]:
    """One segment of ``SLIDE_S`` seconds for each picture."""
    return await asyncio.to_thread(lambda: list(_slides(pictures)))


def _slides(pictures: Sequence[bytes]) -> Iterator[Film]:
    for place, data in enumerate(pictures):
        with Image.open(io.BytesIO(data)) as opened:
            picture = opened.convert("RGBA")
        starts = place * SLIDE_S
        units = tuple(_encoded(picture, starts))
        segment = Segment(video=units, audio=(), until=starts + SLIDE_S, is_discontinuous=not place)
        yield fragment(segment, starts=Fraction(starts), number=place + 1, has_audio=False)


def _encoded(picture: Image.Image, starts: int) -> Iterator[TimedUnit]:
    encoder = _encoder()
    for number in range(SLIDE_S * _FPS):
        shown = _nearer(picture, number / (SLIDE_S * _FPS))
        frame = VideoFrame.from_bytes(shown.tobytes(), *_SIZE, format="rgba")
        timestamp = number * VIDEO_RATE // _FPS
        frame.pts, frame.time_base = timestamp, Fraction(1, VIDEO_RATE)
        for packet in encoder.encode(frame.reformat(format="yuv420p")):
            unit = Unit("video", timestamp, packet.is_keyframe, bytes(packet))
            yield TimedUnit(starts + number / _FPS, unit)


def _encoder() -> VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    if not isinstance(encoder, VideoCodecContext):
        raise TypeError("libx264 is no video encoder")
    encoder.width, encoder.height = _SIZE
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, VIDEO_RATE)
    encoder.framerate = Fraction(_FPS)
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "27", "repeat-headers": "1"}
    encoder.thread_count = 1
    return encoder


def _nearer(picture: Image.Image, progress: float) -> Image.Image:
    """Cut to the film's shape; the middle comes nearer with ``progress`` from 0 to 1."""
    shape = _SIZE[0] / _SIZE[1]
    width = min(picture.width, picture.height * shape) * (1 - _ZOOM * progress)
    height = width / shape
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    return picture.resize(_SIZE, Image.Resampling.BILINEAR, box=(left, top, left + width, top + height))
