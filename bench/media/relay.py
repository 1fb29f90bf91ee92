"""What a viewer costs in the usual way with aiortc: MediaRelay hands decoded pictures on, and encodes for each."""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.contrib.media import MediaRelay
from av import Packet, VideoFrame
from av.frame import Frame

from bench.harness import Result, Samples, Scale, medians
from bench.media.engine import shares
from bench.media.feed import FPS
from bench.world import World

WIDTH, HEIGHT = 1280, 720
VIEWERS, OURS = 3, 100
_ROOT = Path(__file__).resolve().parents[2]
_CLOCK = 90_000
_UP_S = 20.0


class Pictures(MediaStreamTrack):
    """30 a second, each made beforehand and a little different from the one before; decoding them is not in it."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._frames = [_picture(number) for number in range(8)]
        self._number = 0
        self._began = time.monotonic()

    async def recv(self) -> VideoFrame:
        await asyncio.sleep(max(0.0, self._began + self._number / FPS - time.monotonic()))
        frame = self._frames[self._number % len(self._frames)]
        frame.pts = self._number * _CLOCK // FPS
        frame.time_base = Fraction(1, _CLOCK)
        self._number += 1
        return frame


class Counted(MediaStreamTrack):
    """What one viewer's encoder takes: ``pictures`` so far."""

    kind = "video"

    def __init__(self, source: MediaStreamTrack) -> None:
        super().__init__()
        self.pictures = 0
        self._source = source

    async def recv(self) -> Frame | Packet[Any]:
        frame = await self._source.recv()
        self.pictures += 1
        return frame


def _picture(number: int) -> VideoFrame:
    frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
    for plane in frame.planes:
        row = bytes((column + 4 * number) % 256 for column in range(plane.line_size))
        plane.update(row * plane.height)
    return frame


@contextlib.asynccontextmanager
async def _viewers() -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "bench.media.relayed")
    process = await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, cwd=_ROOT, limit=1 << 20
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def _join(process: asyncio.subprocess.Process, track: MediaStreamTrack) -> RTCPeerConnection:
    assert process.stdin is not None
    assert process.stdout is not None
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTrack(track)
    codecs = RTCRtpSender.getCapabilities("video").codecs
    wanted = [codec for codec in codecs if codec.mimeType in ("video/H264", "video/rtx")]
    connection.getTransceivers()[0].setCodecPreferences(wanted)
    await connection.setLocalDescription(await connection.createOffer())
    process.stdin.write(json.dumps(connection.localDescription.sdp).encode() + b"\n")
    answer = json.loads(await process.stdout.readline())
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    async with asyncio.timeout(_UP_S):
        while connection.connectionState != "connected":  # noqa: ASYNC110 - aiortc has no awaitable for it
            await asyncio.sleep(0.05)
    return connection


async def _relayed(scale: Scale) -> list[float]:
    """CPU per viewer in % of a core, of pictures that were taken for encoding: three at once may be too many."""
    relay, source = MediaRelay(), Pictures()
    taken = [Counted(relay.subscribe(source)) for _ in range(VIEWERS)]
    async with _viewers() as process:
        connections = [await _join(process, track) for track in taken]
        found = [await _share(taken, 2 * scale.seconds) for _ in range(scale.rounds)]
        for connection in connections:
            await connection.close()
    source.stop()
    return found


async def _share(taken: Sequence[Counted], seconds: float) -> float:
    used, before = time.process_time(), sum(track.pictures for track in taken)
    await asyncio.sleep(seconds)
    got = sum(track.pictures for track in taken) - before
    return 100 * (time.process_time() - used) / got * FPS


async def measure(_world: World, scale: Scale) -> list[Result]:
    samples: Samples = {"MediaRelay": await _relayed(scale), "engine": await shares(OURS, scale)}
    ratio = statistics.median(samples["MediaRelay"]) / statistics.median(samples["engine"])
    note = f"CPU per viewer: {medians(samples, '%', 3)}"
    return [Result(name="media_relay_over_engine", value=ratio, unit="x", note=note, samples=samples)]
