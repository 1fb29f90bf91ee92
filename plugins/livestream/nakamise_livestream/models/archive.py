"""What was recorded: see migration 0210."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from nakamise_livestream.models.base import flag, metadata, moment, number, part_of

recording: Final = Table(
    "livestream_recording",
    metadata,
    part_of("broadcast_id", "livestream_broadcast", cascade=True),
    flag("is_published", default=True),
    number("views", 0),
    moment("created_at"),
    moment("deleted_at", nullable=True),
    PrimaryKeyConstraint("broadcast_id"),
    CheckConstraint("views >= 0"),
)

segment: Final = Table(
    "livestream_segment",
    metadata,
    Column(
        "broadcast_id",
        Uuid,
        ForeignKey("livestream_recording.broadcast_id", ondelete="CASCADE"),
        nullable=False,
    ),
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
