"""A publisher like OBS: pictures encoded beforehand, a keyframe every two seconds, requests for more ignored."""

from __future__ import annotations

import asyncio
import functools
import time
from fractions import Fraction
from typing import Any

import av
from aiortc import MediaStreamTrack
from av import VideoFrame
from av.video.codeccontext import VideoCodecContext

FPS = 30
GROUP = 60
WIDTH, HEIGHT = 320, 180
_CLOCK = 90_000


@functools.cache
def encoded_group() -> tuple[bytes, ...]:
    """One closed group of pictures in H.264 (Annex B, parameter sets in band), a moving edge in it."""
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(FPS), Fraction(1, FPS)
    encoder.gop_size, encoder.bit_rate = GROUP, 400_000
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
    packets: list[bytes] = []
    for number in range(GROUP):
        frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for place, plane in enumerate(frame.planes):
            level = number * 4 if place == 0 else 128
            plane.update(bytes([level % 256]) * plane.buffer_size)
        frame.pts = number
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    return tuple(packets)


class EncodedTrack(MediaStreamTrack):
    """Packets, which aiortc sends as they are."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._packets = encoded_group()
        self._number = 0
        self._began: float | None = None

    async def recv(self) -> av.Packet[Any]:
        if self._began is None:
            self._began = time.monotonic()
        await asyncio.sleep(self._began + self._number / FPS - time.monotonic())
        packet = av.Packet(self._packets[self._number % len(self._packets)])
        packet.pts = self._number * _CLOCK // FPS
        packet.time_base = Fraction(1, _CLOCK)
        self._number += 1
        return packet
