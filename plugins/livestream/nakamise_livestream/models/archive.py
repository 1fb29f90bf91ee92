"""What was recorded: see migrations 0210 and 0310."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)

from nakamise_livestream.models.base import flag, metadata, moment, number, part_of, words


def _of_recording() -> Column[object]:
    target = ForeignKey("livestream_recording.broadcast_id", ondelete="CASCADE")
    return Column("broadcast_id", Uuid, target, nullable=False)


recording: Final = Table(
    "livestream_recording",
    metadata,
    part_of("broadcast_id", "livestream_broadcast", cascade=True),
    flag("is_published", default=True),
    number("views", 0),
    moment("created_at"),
    moment("deleted_at", nullable=True),
    words("poster_key"),
    words("trouble"),
    Column("lost_us", BigInteger, nullable=False, server_default=text("0")),
    flag("has_chapters", default=False),
    PrimaryKeyConstraint("broadcast_id"),
    CheckConstraint("views >= 0"),
)

segment: Final = Table(
    "livestream_segment",
    metadata,
    _of_recording(),
    Column("number", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("init_key", Text, nullable=False),
    moment("begins_at"),
    Column("starts_us", BigInteger, nullable=False),
    Column("duration_us", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("is_discontinuous", Boolean, nullable=False),
    PrimaryKeyConstraint("broadcast_id", "number"),
    CheckConstraint("number > 0"),
    CheckConstraint("starts_us >= 0"),
    CheckConstraint("duration_us > 0"),
    CheckConstraint("bytes > 0"),
)

chapter: Final = Table(
    "livestream_chapter",
    metadata,
    _of_recording(),
    Column("starts_us", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    PrimaryKeyConstraint("broadcast_id", "starts_us"),
    CheckConstraint("starts_us >= 0"),
    CheckConstraint("length(title) BETWEEN 1 AND 80"),
)

replay_viewer: Final = Table(
    "livestream_replay_viewer",
    metadata,
    _of_recording(),
    Column("viewer", LargeBinary, nullable=False),
    PrimaryKeyConstraint("broadcast_id", "viewer"),
    CheckConstraint("length(viewer) = 32"),
)
