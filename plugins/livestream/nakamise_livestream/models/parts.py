"""What belongs to one broadcast: see migration 0001."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)

from nakamise_livestream.models.base import flag, key, metadata, moment, number, part_of, words

_BROADCAST: Final = "livestream_broadcast"

stream_key: Final = Table(
    "livestream_stream_key",
    metadata,
    part_of("broadcast_id", _BROADCAST, cascade=True),
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    Column("hint", Text, nullable=False),
    moment("created_at"),
    moment("used_at", nullable=True),
    PrimaryKeyConstraint("broadcast_id"),
)

moderator: Final = Table(
    "livestream_moderator",
    metadata,
    part_of("broadcast_id", _BROADCAST, cascade=True),
    Column("user_id", Uuid, nullable=False),
    moment("created_at"),
    PrimaryKeyConstraint("broadcast_id", "user_id"),
    Index("livestream_moderator_user", "user_id"),
)

product: Final = Table(
    "livestream_product",
    metadata,
    part_of("broadcast_id", _BROADCAST, cascade=True),
    Column("product_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("broadcast_id", "product_id"),
)

pin: Final = Table(
    "livestream_pin",
    metadata,
    key(),
    part_of("broadcast_id", _BROADCAST, cascade=True),
    Column("product_id", Uuid, nullable=False),
    moment("pinned_at"),
    moment("unpinned_at", nullable=True),
    CheckConstraint("unpinned_at >= pinned_at"),
    Index("livestream_pin_now", "broadcast_id", unique=True, postgresql_where=text("unpinned_at IS NULL")),
    Index("livestream_pin_story", "broadcast_id", "pinned_at"),
)

run_item: Final = Table(
    "livestream_run_item",
    metadata,
    key(),
    part_of("broadcast_id", _BROADCAST, cascade=True),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    number("minutes", 5),
    Column("product_id", Uuid),
    words("points"),
    words("coupon"),
    Index("livestream_run_item_order", "broadcast_id", "position"),
)

label_log: Final = Table(
    "livestream_label_log",
    metadata,
    key(),
    part_of("broadcast_id", _BROADCAST),
    Column("is_sponsored", Boolean, nullable=False),
    words("sponsor"),
    flag("is_locked", default=False),
    moment("at"),
    Index("livestream_label_log_story", "broadcast_id", "at"),
)

reminder: Final = Table(
    "livestream_reminder",
    metadata,
    part_of("broadcast_id", _BROADCAST, cascade=True),
    Column("user_id", Uuid, nullable=False),
    moment("created_at"),
    moment("sent_at", nullable=True),
    PrimaryKeyConstraint("broadcast_id", "user_id"),
    Index("livestream_reminder_user", "user_id"),
)
