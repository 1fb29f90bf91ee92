"""A stream whose publisher is at another worker: its tap is read once and forwarded to all viewers here."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

import msgspec

from nakamise_livestream.media import EngineAway, MediaRefusal, TapEnded, TapItem, TapPackets, TapTracks
from nakamise_livestream.sfu.rtp import rtcp, rtcp_parse
from nakamise_livestream.sfu.streams.ingest import Ingest
from nakamise_livestream.sfu.streams.stream import Stream
from nakamise_livestream.sfu.tapping import TapConnection, open_tap

_log = logging.getLogger(__name__)

OPEN_S = 3.0


class Relayed(Protocol):
    """The channel that a relay fills."""

    id: str
    stream: Stream
    live: bool


class Relay:
    """Runs from its making on. ``ended`` is called once, when the origin has ended the stream or is gone itself.

    Its viewers are let go then: they come back to wherever the publisher is by that time. A publisher that reconnects
    at the origin is not noticed here.
    """

    def __init__(self, channel: Relayed, place: str, token: str, ended: Callable[[str, str], None]) -> None:
        self._channel = channel
        self._ended = ended
        self._ingest: Ingest | None = None
        self._tap: TapConnection | None = None
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(place, token))

    async def opened(self) -> None:
        """Returns when the stream can be played. Raises the origin's refusal, and :class:`EngineAway`."""
        try:
            async with asyncio.timeout(OPEN_S):
                await asyncio.shield(self._opened)
        except TimeoutError as error:
            raise EngineAway("the stream's worker does not answer") from error

    def close(self) -> None:
        self._task.cancel()
        if not self._opened.done():
            self._opened.set_exception(EngineAway("the stream was ended"))
        if self._ingest:
            self._ingest.left(time.monotonic())

    def send_rtcp(self, compound: bytes) -> None:
        """The line loses nothing, so that of all feedback only the wish for a keyframe goes to the origin."""
        messages = rtcp_parse.parse(compound)
        if self._tap and any(isinstance(message, rtcp.PictureLoss | rtcp.FullIntra) for message in messages):
            self._tap.want_keyframe()

    async def _run(self, place: str, token: str) -> None:
        try:
            reason = await self._follow(place, token)
        except MediaRefusal as refusal:
            _log.info("stream %s is not relayed: %s", self._channel.id, refusal)
            reason = "lost"
            if not self._opened.done():
                self._opened.set_exception(refusal)
        self._ended(self._channel.id, reason)

    async def _follow(self, place: str, token: str) -> str:
        """Until the origin has ended it; the reason for that."""
        self._tap = await open_tap(place, token, self._channel.id)
        try:
            async for item in self._tap.items():
                if isinstance(item, TapEnded):
                    return item.reason
                self._take(item, time.monotonic())
        finally:
            self._tap.close()
        return "lost"

    def _take(self, item: TapItem, now: float) -> None:
        if isinstance(item, TapTracks):
            tracks = tuple(
                msgspec.structs.replace(track, ssrc=item.ssrcs[track.kind]) for track in item.tracks
            )
            self._ingest = self._channel.stream.publish(tracks, self, now)
            self._channel.live = True
            self._opened.set_result(None)
        elif isinstance(item, TapPackets) and self._ingest:
            for packet in item.packets:
                take = self._ingest.rtcp if 192 <= packet[1] <= 223 else self._ingest.rtp
                take(packet, now)
