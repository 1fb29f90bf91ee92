"""Who carries the pictures and the sound: the contract of a media engine.

An engine knows opaque stream ids and session ids, no tenants and no broadcasts. The embedded engine is
:mod:`nakamise_livestream.sfu`; any WHIP and WHEP server can stand behind the same methods. The terms are those of
WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep-03): a session is one publisher's or viewer's connection, created by an
SDP offer, changed by SDP fragments (RFC 8840), ended by either side.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import ClassVar, Literal, Protocol

import msgspec

from nakamise_livestream.sfu.streams.faces import (
    IngestStats,
    Kind,
    LayerStats,
    PublishedTrack,
    StreamStats,
    ViewerStats,
)

__all__ = [
    "AlreadyPublishing",
    "Answer",
    "BadFragment",
    "EngineAway",
    "EngineBack",
    "EngineBusy",
    "EngineLost",
    "IngestStats",
    "Kind",
    "LayerStats",
    "MalformedOffer",
    "MediaEngine",
    "MediaEvent",
    "MediaRefusal",
    "NotLive",
    "Patched",
    "Published",
    "PublishedTrack",
    "Resumed",
    "Role",
    "SessionGone",
    "Stalled",
    "StreamStats",
    "TagMismatch",
    "TagMissing",
    "TapEnded",
    "TapItem",
    "TapPackets",
    "TapTracks",
    "UnacceptableOffer",
    "Unpublished",
    "Usage",
    "ViewerJoined",
    "ViewerLeft",
    "ViewerStats",
    "WorkerHealth",
    "WorkerState",
]

Role = Literal["publisher", "viewer"]


class MediaRefusal(Exception):
    """An engine does not do what it was asked to; the text is English and fit for the other side's developer.

    ``status`` is the HTTP status that WHIP and WHEP have for the fault, ``retry_after`` the seconds of that header.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    retry_after: ClassVar[int | None] = None


class MalformedOffer(MediaRefusal):
    """The SDP cannot be read, or contradicts itself."""

    code = "malformed_offer"
    status = 400


class UnacceptableOffer(MediaRefusal):
    """The SDP was understood and cannot be served: no common codec, no rtcp-mux, a third track."""

    code = "unacceptable_offer"
    status = 422


class BadFragment(MediaRefusal):
    """The SDP fragment of a PATCH cannot be read; the session goes on."""

    code = "bad_fragment"
    status = 400


class AlreadyPublishing(MediaRefusal):
    """Somebody else publishes on the stream and is being heard."""

    code = "already_publishing"
    status = 409


class NotLive(MediaRefusal):
    """Nothing has been published on the stream yet, or it was ended."""

    code = "not_live"
    status = 409
    retry_after = 2


class SessionGone(MediaRefusal):
    """There is no such session (any more)."""

    code = "session_gone"
    status = 404


class TagMissing(MediaRefusal):
    """An ICE restart came without If-Match."""

    code = "tag_missing"
    status = 428


class TagMismatch(MediaRefusal):
    """If-Match names an ICE session that was restarted since."""

    code = "tag_mismatch"
    status = 412


class EngineBusy(MediaRefusal):
    """A limit of sessions is reached."""

    code = "engine_busy"
    status = 503
    retry_after = 5


class EngineAway(MediaRefusal):
    """The engine cannot be reached at the moment."""

    code = "engine_away"
    status = 503
    retry_after = 2


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A new session. ``session`` is unguessable and goes into Location; ``etag`` comes with its quotes."""

    session: str
    etag: str
    sdp: str


class Patched(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a PATCH: candidates were taken (204; both None), or ICE was restarted (200 with these)."""

    etag: str | None = None
    fragment: str | None = None


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    stream: str


class Published(_Event, frozen=True, kw_only=True, tag="published"):
    """A publisher's connection stands; media may come a moment later."""

    session: str
    tracks: tuple[PublishedTrack, ...]


class Unpublished(_Event, frozen=True, kw_only=True, tag="unpublished"):
    """``reason``: left (DELETE or DTLS close), silent (its network is gone), replaced, stopped (the engine is),
    failed (no DTLS), or what was said to `MediaEngine.end`.
    """

    session: str
    reason: str


class Stalled(_Event, frozen=True, kw_only=True, tag="stalled"):
    """The publisher's session stands and no packet has come for two seconds."""

    session: str


class Resumed(_Event, frozen=True, kw_only=True, tag="resumed"):
    """Packets come again."""

    session: str


class ViewerJoined(_Event, frozen=True, kw_only=True, tag="viewer_joined"):
    """``viewers`` counts this one in."""

    session: str
    viewers: int


class ViewerLeft(_Event, frozen=True, kw_only=True, tag="viewer_left"):
    """``viewers`` are left; ``seconds`` and ``bytes`` are what this one was served. ``reason`` as in `Unpublished`."""

    session: str
    viewers: int
    seconds: float
    bytes: int
    reason: str


class EngineLost(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="engine_lost"):
    """The connection to the engine broke; ``worker`` is which of several."""

    worker: str = ""


class EngineBack(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="engine_back"):
    """The connection stands again. ``restarted``: it is another process, every session of before is gone."""

    restarted: bool
    worker: str = ""


MediaEvent = Published | Unpublished | Stalled | Resumed | ViewerJoined | ViewerLeft | EngineLost | EngineBack


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What viewers of a stream were served so far. ``meter`` names a counter that only grows; a worker that was
    started anew has another one, beginning at 0."""

    meter: str
    seconds: int
    bytes: int


class WorkerHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How a worker is: ``sessions`` of ``max_sessions`` are taken, by ``publishers`` and ``viewers``.

    ``relays`` are streams that it has from other workers, ``taps`` those who read from it: recorders and other workers.
    ``lag_ms`` is the longest that its loop was late in the last seconds: beyond 50 its viewers notice. ``addresses``
    and ``udp_port`` are what clients are told.
    """

    sessions: int
    max_sessions: int
    publishers: int
    viewers: int
    relays: int
    taps: int
    lag_ms: float
    uptime_s: float
    udp_port: int
    addresses: tuple[str, ...]


class WorkerState(msgspec.Struct, frozen=True, kw_only=True):
    """``place`` is where the worker is asked; ``health`` None: it does not answer."""

    place: str
    health: WorkerHealth | None


class TapTracks(msgspec.Struct, frozen=True, kw_only=True, tag_field="item", tag="tracks"):
    """What the following packets are, with the payload types and SSRCs (kind to SSRC) that they carry."""

    tracks: tuple[PublishedTrack, ...]
    ssrcs: dict[Kind, int]


class TapPackets(msgspec.Struct, frozen=True, kw_only=True, tag_field="item", tag="packets"):
    """Plain RTP and RTCP packets as a viewer would get them; told apart by RFC 5761 §4."""

    packets: tuple[bytes, ...]


class TapEnded(msgspec.Struct, frozen=True, kw_only=True, tag_field="item", tag="ended"):
    """The last item. ``reason`` "changed": the publisher came back with another codec, tap again; else as `Unpublished`."""

    reason: str


TapItem = TapTracks | TapPackets | TapEnded


class MediaEngine(Protocol):
    """All methods raise :class:`EngineAway` when the engine cannot be reached.

    Sessions need no upkeep: one whose peer vanishes ends by itself within seconds, with an event.
    """

    async def publish(self, stream: str, offer: str) -> Answer:
        """Take a publisher's offer (WHIP POST); creates the stream.

        Raises :class:`MalformedOffer`, :class:`UnacceptableOffer`, :class:`AlreadyPublishing`, :class:`EngineBusy`.
        A publisher who was not heard for two seconds is replaced.
        """
        ...

    async def play(self, stream: str, offer: str) -> Answer:
        """Take a viewer's offer (WHEP POST). The session outlives the publisher's reconnects.

        Raises :class:`MalformedOffer`, :class:`UnacceptableOffer`, :class:`NotLive`, :class:`EngineBusy`.
        """
        ...

    async def patch(self, session: str, fragment: str, if_match: str | None = None) -> Patched:
        """Take candidates or restart ICE (PATCH with application/trickle-ice-sdpfrag).

        Raises :class:`SessionGone`, :class:`BadFragment`, :class:`TagMissing`, :class:`TagMismatch`. Candidates are
        taken without ``if_match`` too, since clients in use send none.
        """
        ...

    async def close(self, session: str) -> None:
        """End a session at once (DELETE); its stream can be published again at once.

        Raises :class:`SessionGone`.
        """
        ...

    async def check(self, session: str) -> None:
        """Whether the session still is; never waits for an engine that is away. Raises :class:`SessionGone`."""
        ...

    async def end(self, stream: str, reason: str = "ended") -> None:
        """End all sessions of a stream and forget it; nothing happens when there is none."""
        ...

    async def stats(self, stream: str) -> StreamStats | None:
        """None: nobody has published on the stream since the engine started, or it was ended."""
        ...

    async def viewers(self, stream: str) -> dict[str, ViewerStats]:
        """By session id; empty without the stream."""
        ...

    async def usage(self, stream: str) -> tuple[Usage, ...]:
        """Also of a stream that was ended, for a day."""
        ...

    async def published(self) -> tuple[Published, ...]:
        """Whoever publishes now, also who is stalled; of workers that can be reached."""
        ...

    async def health(self) -> tuple[WorkerState, ...]:
        """Of each worker, for operators; never raises."""
        ...

    async def request_keyframe(self, stream: str) -> None:
        """Ask the publisher for a keyframe; many requests become one. Raises :class:`NotLive`."""
        ...

    def tap(self, stream: str) -> AsyncIterator[TapItem]:
        """The stream as it is forwarded, for recording and HLS: :class:`TapTracks`, packets, :class:`TapEnded`.

        Starts with the cached pictures since the last keyframe, and goes on when the publisher leaves and comes back.
        Who reads too slowly loses packets, never holds up viewers. Raises :class:`NotLive`, and :class:`EngineAway`
        also in the middle.
        """
        ...

    def events(self) -> AsyncIterator[MediaEvent]:
        """What happens from now on, on all streams; one iterator for each caller, ended by closing it."""
        ...
