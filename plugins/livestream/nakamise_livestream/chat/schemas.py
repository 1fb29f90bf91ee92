"""What pages and the API read and write of a chat. Times are UTC."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

TEXT_MAX = 200
# Longer than any line that is meant; cleaned and counted afterwards.
RAW_MAX = 2_000
SLOW_MAX_S = 600
MUTE_MAX_MINUTES = 1_440


class Role(enum.StrEnum):
    """As whom somebody speaks, or takes a line away."""

    VIEWER = "viewer"
    HOST = "host"
    MODERATOR = "moderator"
    STAFF = "staff"


class LineInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``key`` is made by the page for each line: sent again with it, the line is not said twice."""

    text: Annotated[str, Meta(max_length=RAW_MAX)]
    key: uuid.UUID


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line as everybody hears it: the event ``chat``."""

    id: uuid.UUID
    name: str
    role: Role
    text: str
    at: datetime


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """Who took a line away: for those who moderate."""

    at: datetime
    by: str
    role: str


class LoggedLine(Line, frozen=True, kw_only=True):
    """``deleted`` and ``original`` (what was masked) are there for those who moderate only; ``mine``: the reader's.

    A line that was taken away is in nobody else's list.
    """

    mine: bool = False
    original: str = ""
    deleted: Deleted | None = None


class Mode(msgspec.Struct, frozen=True, kw_only=True):
    """``slow_s``: seconds between two lines of one viewer; 0 = only what keeps a flood away."""

    is_open: bool = True
    slow_s: Annotated[int, Meta(ge=0, le=SLOW_MAX_S)] = 0


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader may do now. ``why`` not: ``guest``, ``not_live``, ``closed``, ``muted`` or ``banned``."""

    may_speak: bool
    may_moderate: bool
    why: str = ""
    muted_until: datetime | None = None


class Chat(msgspec.Struct, frozen=True, kw_only=True):
    """``lines`` oldest first, the latest of them; listening to ``room`` from ``cursor`` misses nothing."""

    lines: list[LoggedLine]
    pinned: Line | None
    mode: Mode
    standing: Standing
    room: str
    cursor: str


class PinInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """None: nothing is pinned any more."""

    comment_id: uuid.UUID | None


class PenaltyInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``mute`` for ``minutes``; ``ban``: not again in this broadcast; ``none``: forgiven."""

    kind: Literal["mute", "ban", "none"]
    minutes: Annotated[int, Meta(ge=1, le=MUTE_MAX_MINUTES)] = 10


class Penalty(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may not speak in a broadcast."""

    user_id: uuid.UUID
    name: str
    is_banned: bool
    muted_until: datetime | None


class ReactionInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``n``: how often it was tapped since it was last sent."""

    kind: Literal["heart"] = "heart"
    n: Annotated[int, Meta(ge=1, le=20)] = 1


class Minute(msgspec.Struct, frozen=True, kw_only=True):
    """``viewers`` at its end, ``peak`` and ``visitors`` (different people) and ``reactions`` since the start;
    ``comments`` said in it, those that were taken away too."""

    minute: datetime
    viewers: int
    peak: int
    visitors: int
    reactions: int
    comments: int
