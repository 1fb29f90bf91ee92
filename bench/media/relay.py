"""What a viewer costs in the usual way with aiortc: MediaRelay hands decoded pictures on, and encodes for each."""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.contrib.media import MediaRelay
from av import VideoFrame

from bench.harness import Result, Samples, Scale, medians
from bench.media.engine import Engine, open_port
from bench.media.feed import FPS
from bench.media.sinks import open_sinks
from bench.world import World

WIDTH, HEIGHT = 1280, 720
FEW, MANY = 1, 3
VIEWERS = 100
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


async def _join(
    process: asyncio.subprocess.Process, relay: MediaRelay, source: Pictures
) -> RTCPeerConnection:
    assert process.stdin is not None
    assert process.stdout is not None
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTrack(relay.subscribe(source))
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


async def _cpu(seconds: float) -> float:
    """CPU seconds of this process per second."""
    used, began = time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    return (time.process_time() - used) / (time.monotonic() - began)


async def _relayed(scale: Scale) -> list[float]:
    """CPU per viewer in % of a core: what each viewer after the first ones adds."""
    relay, source = MediaRelay(), Pictures()
    async with _viewers() as process:
        connections = [await _join(process, relay, source) for _ in range(FEW)]
        few = [await _cpu(2 * scale.seconds) for _ in range(scale.rounds)]
        connections += [await _join(process, relay, source) for _ in range(MANY - FEW)]
        many = [await _cpu(2 * scale.seconds) for _ in range(scale.rounds)]
        for connection in connections:
            await connection.close()
    source.stop()
    base = statistics.median(few)
    return [100 * (used - base) / (MANY - FEW) for used in many]


async def _ours(scale: Scale) -> list[float]:
    async with open_sinks(VIEWERS) as sinks, open_port() as port:
        engine = Engine(port, sinks.ports)
        await engine.run(0.5)
        return [100 * await engine.run(2 * scale.seconds) / VIEWERS for _ in range(scale.rounds)]


async def measure(_world: World, scale: Scale) -> list[Result]:
    samples: Samples = {"MediaRelay": await _relayed(scale), "engine": await _ours(scale)}
    ratio = statistics.median(samples["MediaRelay"]) / statistics.median(samples["engine"])
    note = f"CPU per viewer: {medians(samples, '%', 3)}"
    return [Result(name="media_relay_over_engine", value=ratio, unit="x", note=note, samples=samples)]
