"""The items of a tap become segments."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Final

from nakamise_livestream.media import Kind, TapTracks
from nakamise_livestream.recording.clock import Clock
from nakamise_livestream.recording.depacketise import Depacketiser
from nakamise_livestream.recording.segmenter import Segmenter
from nakamise_livestream.recording.units import Segment, TimedUnit, Unit
from nakamise_livestream.sfu.rtp import header, rtcp, rtcp_parse
from nakamise_livestream.sfu.rtp.errors import MalformedPacketError

_log = logging.getLogger(__name__)
# RFC 5761 §4: the second byte of RTCP.
_RTCP: Final = range(192, 224)
PATIENCE_S: Final = 2.0
"""So long a first sender report is waited for."""


class TapReader:
    """``not_before``, seconds since 1970: what is older is left out. ``codec`` is the video's, None without."""

    def __init__(self, opening: TapTracks, not_before: float) -> None:
        self.codec = next((track.codec for track in opening.tracks if track.kind == "video"), None)
        self.has_audio = any(track.kind == "audio" for track in opening.tracks)
        self._not_before = not_before
        self._kinds: dict[int, Kind] = {ssrc: kind for kind, ssrc in opening.ssrcs.items()}
        self._tracks = {track.kind: Depacketiser(track) for track in opening.tracks}
        self._clock = Clock({track.kind: track.clock_rate for track in opening.tracks})
        self._segmenter = Segmenter(self.codec or "", has_audio=self.has_audio)
        self._waiting: list[Unit] = []
        self._deadline: float | None = None

    @property
    def since_keyframe(self) -> float:
        return self._segmenter.since_keyframe

    def push(self, packet: bytes) -> Iterator[Segment]:
        """Blocks never; what is malformed is left out."""
        try:
            if len(packet) > 1 and packet[1] in _RTCP:
                self._report(packet)
            else:
                self._add(header.parse(packet))
        except MalformedPacketError as error:
            _log.debug("left out of a recording: %s", error)
        yield from self._timed()

    def finish(self) -> Iterator[Segment]:
        yield from self._segmenter.finish()

    def _report(self, compound: bytes) -> None:
        for message in rtcp_parse.parse(compound):
            kind = self._kinds.get(message.ssrc) if isinstance(message, rtcp.SenderReport) else None
            if isinstance(message, rtcp.SenderReport) and kind:
                timestamp = self._tracks[kind].unwrapped(message.timestamp)
                self._clock.report(kind, timestamp, message.ntp)

    def _add(self, packet: header.Packet) -> None:
        kind = self._kinds.get(packet.ssrc)
        if kind:
            self._waiting += self._tracks[kind].push(packet)

    def _timed(self) -> Iterator[Segment]:
        if self._waiting and not self._clock.is_set:
            self._guess_in_time()
        if not self._clock.is_set:
            return
        waiting, self._waiting = self._waiting, []
        for unit in waiting:
            at = self._clock.at(unit.kind, unit.timestamp)
            if at is not None and at >= self._not_before:
                yield from self._segmenter.push(TimedUnit(at, unit))

    def _guess_in_time(self) -> None:
        """Without reports, what came last is now."""
        now = time.monotonic()
        if self._deadline is None:
            self._deadline = now + PATIENCE_S
        elif now > self._deadline:
            for unit in self._waiting:
                if self._clock.at(unit.kind, unit.timestamp) is None:
                    newest = max(each.timestamp for each in self._waiting if each.kind == unit.kind)
                    self._clock.anchor(unit.kind, newest, time.time())
            self._deadline = None
