"""A broadcast's chat and its minutes: see migration 0100."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from nakamise_livestream.models.base import flag, key, metadata, moment, number, part_of, words

_BROADCAST: Final = "livestream_broadcast"

comment: Final = Table(
    "livestream_comment",
    metadata,
    key(),
    part_of("broadcast_id", _BROADCAST, cascade=True),
    Column("user_id", Uuid),
    Column("author_name", Text, nullable=False),
    Column("author_role", Text, nullable=False),
    Column("text", Text, nullable=False),
    words("original"),
    Column("client_key", Uuid, nullable=False),
    moment("said_at"),
    moment("deleted_at", nullable=True),
    Column("deleted_by_user_id", Uuid),
    words("deleted_by_name"),
    words("deleted_as"),
    UniqueConstraint("broadcast_id", "user_id", "client_key"),
    Index("livestream_comment_log", "broadcast_id", "said_at", "id"),
    Index("livestream_comment_user", "user_id"),
)

chat: Final = Table(
    "livestream_chat",
    metadata,
    part_of("broadcast_id", _BROADCAST, cascade=True),
    flag("is_open", default=True),
    number("slow_s", 0),
    Column("pinned_id", Uuid, ForeignKey("livestream_comment.id", ondelete="SET NULL")),
    PrimaryKeyConstraint("broadcast_id"),
)

chatter: Final = Table(
    "livestream_chatter",
    metadata,
    part_of("broadcast_id", _BROADCAST, cascade=True),
    Column("user_id", Uuid, nullable=False),
    moment("next_at"),
    moment("muted_until", nullable=True),
    flag("is_banned", default=False),
    PrimaryKeyConstraint("broadcast_id", "user_id"),
    Index("livestream_chatter_user", "user_id"),
)

minute: Final = Table(
    "livestream_minute",
    metadata,
    part_of("broadcast_id", _BROADCAST, cascade=True),
    moment("minute"),
    Column("viewers", Integer, nullable=False),
    Column("peak", Integer, nullable=False),
    Column("visitors", Integer, nullable=False),
    Column("reactions", Integer, nullable=False),
    PrimaryKeyConstraint("broadcast_id", "minute"),
)
