"""aiortc as a publisher and as a viewer of the embedded engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

from nakamise_livestream.media import Answer, MediaEngine

CONNECT_S = 10.0
_ASKS_AFTER_S = 1.5


def new_connection() -> RTCPeerConnection:
    """Without a STUN server, which the default has."""
    return RTCPeerConnection(RTCConfiguration(iceServers=[]))


async def connected(connection: RTCPeerConnection) -> None:
    async with asyncio.timeout(CONNECT_S):
        while connection.connectionState != "connected":
            assert connection.connectionState not in ("failed", "closed")
            await asyncio.sleep(0.01)


async def _offer(connection: RTCPeerConnection) -> str:
    await connection.setLocalDescription(await connection.createOffer())
    return connection.localDescription.sdp


async def _take(connection: RTCPeerConnection, answer: Answer) -> None:
    await connection.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
    await connected(connection)


class Publisher:
    """Silence and ``video``, by default green pictures."""

    def __init__(self, codec: str = "VP8", video: MediaStreamTrack | None = None) -> None:
        self.connection = new_connection()
        self.connection.addTrack(AudioStreamTrack())
        sender = self.connection.addTrack(video or VideoStreamTrack())
        transceiver = next(t for t in self.connection.getTransceivers() if t.sender is sender)
        codecs = RTCRtpSender.getCapabilities("video").codecs
        wanted = [c for c in codecs if c.mimeType in (f"video/{codec}", "video/rtx")]
        transceiver.setCodecPreferences(wanted)
        for each in self.connection.getTransceivers():
            each.direction = "sendonly"

    async def offer(self) -> str:
        return await _offer(self.connection)

    async def publish(self, engine: MediaEngine, stream: str) -> Answer:
        answer = await engine.publish(stream, await self.offer())
        await _take(self.connection, answer)
        return answer


class Viewer:
    """Counts what it can decode."""

    def __init__(self) -> None:
        self.connection = new_connection()
        self.connection.addTransceiver("audio", direction="recvonly")
        self.connection.addTransceiver("video", direction="recvonly")
        self.pictures: list[VideoFrame] = []
        self.sounds: list[AudioFrame] = []
        self._news = asyncio.Condition()
        self._readers: list[asyncio.Task[None]] = []
        self.connection.on("track", self._track)

    async def offer(self) -> str:
        return await _offer(self.connection)

    async def play(self, engine: MediaEngine, stream: str) -> Answer:
        answer = await engine.play(stream, await self.offer())
        await _take(self.connection, answer)
        return answer

    async def sees(self, pictures: int, *, within: float = 10.0) -> None:
        """So many more pictures than until now, and some sound."""
        goal = len(self.pictures) + pictures
        asking = asyncio.create_task(self._ask_for_keyframes())
        try:
            async with asyncio.timeout(within), self._news:
                await self._news.wait_for(lambda: len(self.pictures) >= goal and bool(self.sounds))
        finally:
            asking.cancel()

    async def _ask_for_keyframes(self) -> None:
        """While nothing can be decoded, as every browser does; aiortc asks only when its buffer overflows."""
        while True:
            known = len(self.pictures)
            await asyncio.sleep(_ASKS_AFTER_S)
            for receiver in self.connection.getReceivers():
                if receiver.track.kind == "video" and len(self.pictures) == known:
                    for source in receiver.getSynchronizationSources():
                        await receiver._send_rtcp_pli(source.source)

    def _track(self, track: MediaStreamTrack) -> None:
        self._readers.append(asyncio.create_task(self._read(track)))

    async def _read(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, VideoFrame):
                self.pictures.append(frame)
            elif isinstance(frame, AudioFrame):
                self.sounds.append(frame)
            async with self._news:
                self._news.notify_all()


@asynccontextmanager
async def publisher(codec: str = "VP8", video: MediaStreamTrack | None = None) -> AsyncIterator[Publisher]:
    one = Publisher(codec, video)
    try:
        yield one
    finally:
        await one.connection.close()


@asynccontextmanager
async def viewer() -> AsyncIterator[Viewer]:
    one = Viewer()
    try:
        yield one
    finally:
        await one.connection.close()
