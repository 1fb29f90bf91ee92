"""One encoding of a track (all of it without simulcast): what came in, numbered and timed as ours, to its audience."""

from __future__ import annotations

from bisect import insort
from typing import Protocol

from nakamise_livestream.sfu.rtp import header
from nakamise_livestream.sfu.rtp.keyframes import KEYFRAME, PARAMETERS, never
from nakamise_livestream.sfu.streams.audience import Audience, Listener
from nakamise_livestream.sfu.streams.groups import PictureGroup
from nakamise_livestream.sfu.streams.keyframe_requests import KeyframeRequests
from nakamise_livestream.sfu.streams.media import Media, abs_send_time
from nakamise_livestream.sfu.streams.meter import Meter
from nakamise_livestream.sfu.streams.opening import Arrival, Opening
from nakamise_livestream.sfu.streams.ring import Ring
from nakamise_livestream.sfu.streams.runs import LONGEST_RUN, padded, paddings, runs
from nakamise_livestream.sfu.streams.sequencer import Sequencer
from nakamise_livestream.sfu.streams.timeline import ClockPair, Timeline

FRAME_WAIT = 0.004
"""Seconds that an unfinished frame is held back at most, so that its packets leave together."""
_Entry = tuple[int, int, int, bytes, bool]
"""Number, marker, timestamp, payload, keyframe: what becomes a :class:`Media` when it is sent."""


class Waiting(Listener, Protocol):
    """A subscription that wants to begin with a keyframe."""

    def follow(self, layer: Layer, start: int, now: float) -> None: ...


class Layer:
    """Outlives publishers. ``end`` is one more than the highest number that went to the classes."""

    def __init__(self, codec: str, clock_rate: int, room: memoryview) -> None:
        self.rid = ""
        self.is_video = codec in KEYFRAME
        self.ring = Ring()
        self.audience = Audience(self.ring, room)
        self.timeline = Timeline(clock_rate)
        self.group = PictureGroup(self.ring)
        self.keyframes = KeyframeRequests()
        self.meter = Meter()
        self.end = 0
        self._sequencer = Sequencer()
        self._is_keyframe = KEYFRAME.get(codec, never)
        self._has_parameters = PARAMETERS.get(codec, never)
        self._opening: Opening | None = Opening()
        self._pending: list[_Entry] = []
        self._pending_since = 0.0
        self._waiting: dict[Waiting, float | None] = {}

    def begin(self) -> None:
        """Another source comes: video starts with its first keyframe, audio with its first packet."""
        self._opening = Opening()

    def receive(self, number: int, packet: header.Packet, now: float) -> None:
        """``number`` is the source's, each at most once; packets from before the beginning are dropped."""
        if self._opening is None:
            self._take(number, packet, now)
        elif self._starts(packet.payload):
            self._open(self._opening.open(number, packet), now)
        elif packet.payload and self._opening.keep(number, packet, now):
            self.keyframes.want()

    def _starts(self, payload: bytes) -> bool:
        if not self.is_video:
            return bool(payload)
        return self._is_keyframe(payload) or self._has_parameters(payload)

    def _open(self, arrivals: list[Arrival], now: float) -> None:
        self._opening = None
        self.flush(now)
        self.group.forget()
        first, packet = arrivals[0]
        self._sequencer.begin(first)
        self.timeline.begin(packet.timestamp, now)
        for number, arrived in arrivals:
            self._take(number, arrived, now)

    def _take(self, number: int, packet: header.Packet, now: float) -> None:
        payload = packet.payload
        if not payload and self._sequencer.leave_out(number):
            return
        out = self._sequencer.number(number)
        if out is None:
            return
        timestamp = self.timeline.stamp(packet.timestamp, now)
        self.meter.add(len(payload), packet.marker, now)
        entry = (out, packet.marker, timestamp, payload, self._is_keyframe(payload))
        if out < self.end:
            self._late(entry, now)
        else:
            self._append(entry, now)

    def report(self, ntp: int, timestamp: int, now: float) -> ClockPair | None:
        """The source's clock in the layer's timestamps; None before the source has begun."""
        return self.timeline.report(ntp, timestamp, now) if self._opening is None else None

    def _append(self, entry: _Entry, now: float) -> None:
        pending = self._pending
        if pending and entry[0] > pending[-1][0] and entry[2] != pending[-1][2]:
            self.flush(now)
        if not pending:
            self._pending_since = now
        insort(pending, entry)
        if entry[1] or not self.is_video or len(pending) >= LONGEST_RUN:
            self.flush(now)

    def flush(self, now: float) -> None:
        """Send what is held back."""
        if not self._pending:
            return
        sent = abs_send_time(now)
        added = paddings([len(entry[3]) for entry in self._pending])
        frame = [_media(entry, padding, sent) for entry, padding in zip(self._pending, added, strict=True)]
        self._pending.clear()
        for run in runs(frame):
            self._emit(run, now)
        self.audience.advance(self.end)

    def _emit(self, run: list[Media], now: float) -> None:
        fresh = [media for media in run if self.ring.put(media)]
        if fresh:
            self.audience.send(fresh)
        self.end = self.ring.end
        begun = [self.group.put(media, now) for media in fresh] if self.is_video else []
        if any(begun):
            self._keyframe(now)

    def _late(self, entry: _Entry, now: float) -> None:
        media = _media(entry, 0, abs_send_time(now))
        if not self.ring.put(media):
            return
        self.audience.send_late(media)
        if self.is_video and self.group.put(media, now):
            self._keyframe(now)

    def _keyframe(self, now: float) -> None:
        self.keyframes.came()
        for listener in list(self._waiting):
            self._start(listener, now)

    def _start(self, listener: Waiting, now: float) -> None:
        start = self.group.start()
        if start is not None:
            del self._waiting[listener]
            listener.follow(self, start, now)

    def join(self, listener: Waiting, now: float, patience: float | None) -> None:
        """With the group of pictures at hand if it is fresh, else with the next keyframe.

        After ``patience`` seconds any group will do; None: only a keyframe that comes from now on will.
        """
        if not self.is_video:
            listener.follow(self, self.end, now)
            return
        start = self.group.fresh(now) if patience is not None else None
        if start is not None:
            listener.follow(self, start, now)
            return
        self._waiting[listener] = None if patience is None else now + patience
        if self._opening is None:
            self.keyframes.want()

    def leave(self, listener: Waiting) -> int:
        """No more for it; one more than the highest number that it can have been sent."""
        self._waiting.pop(listener, None)
        return self.audience.dismiss(listener, self.end)

    def give_up_waiting(self, listener: Waiting) -> None:
        self._waiting.pop(listener, None)

    def waiting(self) -> list[Waiting]:
        return list(self._waiting)

    def tick(self, now: float) -> None:
        if self._pending and now - self._pending_since >= FRAME_WAIT:
            self.flush(now)
        self.audience.advance(self.end)
        self.meter.tick(now)
        for listener, until in list(self._waiting.items()):
            if until is not None and now >= until:
                self._start(listener, now)


def _media(entry: _Entry, padding: int, sent: int) -> Media:
    """An empty payload becomes one of padding only: its number is needed, for its followers are on their way."""
    number, marker, timestamp, payload, keyframe = entry
    padding = padding or int(not payload)
    return Media(number, marker, timestamp, padded(payload, padding), padding, sent, keyframe)
