"""What pages and the API read of recordings. Seconds are on the recording's own time line."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec


class Chapter(msgspec.Struct, frozen=True):
    """``product_id`` was shown from ``starts_s`` until ``ends_s``."""

    product_id: uuid.UUID
    starts_s: float
    ends_s: float


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """``playlist`` is an HLS playlist (RFC 8216); ``is_complete``: the broadcast is over."""

    broadcast_id: uuid.UUID
    playlist: str
    duration_s: float
    is_complete: bool
    is_published: bool
    views: int
    bytes: int
    chapters: list[Chapter]


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


class PublishInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on: bool
