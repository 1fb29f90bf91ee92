"""The control channel: msgpack in frames with a 32-bit big-endian length before each.

A connection begins with :class:`Hello`. It then either sends requests and gets one :class:`Done` or :class:`Refused`
for each and every :class:`Happened`; or, if it asked for a tap, gets ``TapItem`` frames, and asks for a keyframe by
:class:`WantKeyframe`.
"""

from __future__ import annotations

import asyncio
from typing import Final, Literal

import msgspec

from nakamise_livestream.media import MediaEvent

MAX_FRAME: Final = 1 << 20
LENGTH_BYTES: Final = 4

Part = Literal["publisher", "former", "relay", "nothing"]


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    token: str
    tap: str | None = None
    """A stream id: this connection is for its packets."""


class _Request(msgspec.Struct, frozen=True, kw_only=True, tag_field="do"):
    id: int


class WantKeyframe(msgspec.Struct, frozen=True, kw_only=True):
    """Sent on the connection of a tap."""


class Publish(_Request, frozen=True, kw_only=True, tag="publish"):
    stream: str
    offer: str


class Play(_Request, frozen=True, kw_only=True, tag="play"):
    stream: str
    offer: str


class Patch(_Request, frozen=True, kw_only=True, tag="patch"):
    session: str
    fragment: str
    if_match: str | None


class Close(_Request, frozen=True, kw_only=True, tag="close"):
    session: str


class End(_Request, frozen=True, kw_only=True, tag="end"):
    stream: str
    reason: str


class Stats(_Request, frozen=True, kw_only=True, tag="stats"):
    stream: str


class Viewers(_Request, frozen=True, kw_only=True, tag="viewers"):
    stream: str


class RequestKeyframe(_Request, frozen=True, kw_only=True, tag="keyframe"):
    stream: str


class Follow(_Request, frozen=True, kw_only=True, tag="follow"):
    """Relay the stream from the worker at ``place``; done when it can be played here."""

    stream: str
    place: str
    token: str


class Ask(_Request, frozen=True, kw_only=True, tag="ask"):
    """Gives :class:`Holding`."""

    stream: str


class Check(_Request, frozen=True, kw_only=True, tag="check"):
    """Done when there is the session."""

    session: str


class Meters(_Request, frozen=True, kw_only=True, tag="meters"):
    """Gives tuples of :class:`~nakamise_livestream.media.Usage`."""

    stream: str


class ListPublished(_Request, frozen=True, kw_only=True, tag="published"):
    """Gives tuples of :class:`~nakamise_livestream.media.Published`."""


class Look(_Request, frozen=True, kw_only=True, tag="health"):
    """Gives :class:`~nakamise_livestream.media.WorkerHealth`."""


class Bye(_Request, frozen=True, kw_only=True, tag="bye"):
    """The connection ends on purpose: a worker that lingers need not wait for it to come back."""


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker has of a stream, and how many sessions in all.

    ``part`` "former": its publisher is away, and the stream with its viewers waits for it.
    """

    part: Part
    sessions: int


Request = (
    Publish
    | Play
    | Patch
    | Close
    | End
    | Stats
    | Viewers
    | RequestKeyframe
    | Follow
    | Ask
    | Check
    | Meters
    | ListPublished
    | Look
    | Bye
)


class Welcome(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag="welcome"):
    """``instance`` is another one after every start of the worker."""

    instance: str


class Done(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag="done"):
    id: int
    result: msgspec.Raw


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag="refused"):
    """``code`` is that of a :class:`MediaRefusal`; ``id`` is None for a refused :class:`Hello`."""

    id: int | None
    code: str
    text: str


class Happened(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag="happened"):
    event: MediaEvent


Reply = Welcome | Done | Refused | Happened


def frame(message: object) -> bytes:
    """A message with its length before it."""
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


async def read_frame(reader: asyncio.StreamReader) -> bytes | None:
    """The next message's body; None at the end of the connection, or when the other side does not keep to frames."""
    try:
        length = int.from_bytes(await reader.readexactly(LENGTH_BYTES), "big")
        return await reader.readexactly(length) if length <= MAX_FRAME else None
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
