"""What pages and the API read of recordings. Seconds are on the recording's own time line."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from nakamise_livestream.chat.schemas import Role

CHAPTERS_MAX: Final = 100
TITLE_MAX: Final = 80
Title = Annotated[str, Meta(min_length=1, max_length=TITLE_MAX, pattern=r"\S")]
Trouble = Literal["", "full", "away"]


class Mark(msgspec.Struct, frozen=True):
    """``product_id`` was shown from ``starts_s`` until ``ends_s``."""

    product_id: uuid.UUID
    starts_s: float
    ends_s: float


class Chapter(msgspec.Struct, frozen=True):
    starts_s: Annotated[float, Meta(ge=0, le=1_000_000)]
    title: Title


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """``playlist`` is an HLS playlist (RFC 8216); ``is_complete``: the broadcast is over; ``poster``: a picture, or "".

    ``chapters`` are the host's, else they follow from ``marks``. ``lost_s`` could not be saved; ``trouble``: it is so
    now, because the object store is "full" or "away".
    """

    broadcast_id: uuid.UUID
    playlist: str
    poster: str
    duration_s: float
    is_complete: bool
    is_published: bool
    views: int
    bytes: int
    marks: list[Mark]
    chapters: list[Chapter]
    lost_s: float
    trouble: Trouble


class Part(msgspec.Struct, frozen=True):
    """One segment, as `livestream_segment` has it."""

    number: int
    key: str
    init_key: str
    begins_at: datetime
    starts_us: int
    duration_us: int
    bytes: int
    is_discontinuous: bool


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """The newest parts; ``longest_us`` of all there are. ``breaks_before``: discontinuities that it shows no more."""

    parts: list[Part]
    longest_us: int
    breaks_before: int


class SaidLine(msgspec.Struct, frozen=True, kw_only=True):
    """A comment of the replay, ``at_s`` seconds into it."""

    id: uuid.UUID
    name: str
    role: Role
    text: str
    at_s: float


class Said(msgspec.Struct, frozen=True):
    """``until_s``: ask again from there; None: that was all."""

    lines: list[SaidLine]
    until_s: float | None


class PublishInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on: bool


class ChaptersInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them; None: again those that follow from the products."""

    chapters: Annotated[list[Chapter], Meta(max_length=CHAPTERS_MAX)] | None
