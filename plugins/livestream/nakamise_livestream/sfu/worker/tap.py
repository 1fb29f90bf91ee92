"""The stream as plain RTP, for recording and HLS: a viewer without a network."""

from __future__ import annotations

import asyncio
from typing import Final, NamedTuple

from nakamise_livestream.media import PublishedTrack, TapPackets, TapTracks
from nakamise_livestream.sfu.streams.faces import Kind, WantedTrack
from nakamise_livestream.sfu.streams.stream import Stream

# Some four seconds of 6 Mbit/s: a reader that is further behind loses packets.
MOST_WAITING: Final = 3_000

_KINDS: Final[tuple[Kind, ...]] = ("audio", "video")


class Usage(NamedTuple):
    """What a tap was served; it is nobody's viewing."""

    seconds: float
    packets: int
    bytes: int


class Tap:
    """Both an ``Outlet`` and what its reader waits for. Packets are as a viewer gets them, unprotected."""

    aead = None
    salt = 0

    def __init__(self, stream: Stream, now: float) -> None:
        self.lost = 0
        self.reason = "left"
        """Why it is over."""
        self._waiting: list[bytes] = []
        self._news = asyncio.Event()
        self._over = False
        tracks = [track for kind in _KINDS if (track := stream.codec(kind))]
        self.opening = TapTracks(
            tracks=tuple(_as_forwarded(track) for track in tracks),
            ssrcs={track.kind: stream.ssrc(track.kind) for track in tracks},
        )
        self._viewer = stream.play(tuple(_wanted(track) for track in tracks), self, now)

    async def read(self) -> TapPackets | None:
        """What came since the last call, at least one packet; None at the end."""
        await self._news.wait()
        self._news.clear()
        if self._over:
            self._news.set()
        packets, self._waiting = self._waiting, []
        return TapPackets(packets=tuple(packets)) if packets else None

    def usage(self, now: float) -> Usage:
        packets, size = self._viewer.totals()
        return Usage(self._viewer.watched(now), packets, size)

    def close(self, now: float, reason: str = "left") -> None:
        self._over = True
        self.reason = reason
        self._viewer.left(now)
        self._news.set()

    # --- Outlet -------------------------------------------------------------------------------

    def protect(self, packet: bytes) -> bytes:
        return packet

    def send_many(self, datagrams: memoryview, segment: int) -> None:
        for start in range(0, len(datagrams), segment):
            self._add(bytes(datagrams[start : start + segment]))

    def send_rtcp(self, compound: bytes) -> None:
        self._add(compound)

    def _add(self, packet: bytes) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self.lost += 1
            return
        self._waiting.append(packet)
        self._news.set()


def _wanted(track: PublishedTrack) -> WantedTrack:
    return WantedTrack(kind=track.kind, mid=track.mid, pt=track.pt)


def _as_forwarded(track: PublishedTrack) -> PublishedTrack:
    """Without what only the publisher's own packets have."""
    return PublishedTrack(
        kind=track.kind,
        mid=track.mid,
        codec=track.codec,
        pt=track.pt,
        clock_rate=track.clock_rate,
        fmtp=track.fmtp,
    )
