"""The tables of migrations/0001_social.sql."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata: Final = MetaData()


def _key(name: str) -> Column[object]:
    return Column(name, Uuid, primary_key=True)


def _moment(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _words(name: str, *, unique: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, unique=unique or None)


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


profile: Final = Table(
    "social_profile",
    metadata,
    _key("broadcaster_id"),
    _words("handle", unique=True),
    _moment("changed_at"),
    CheckConstraint("handle ~ '^[a-z0-9][a-z0-9_-]{2,29}$'"),
)
follow: Final = Table(
    "social_follow",
    metadata,
    _key("broadcaster_id"),
    _key("user_id"),
    Column("notify", Boolean, nullable=False, server_default=text("true")),
    _moment("created_at"),
)
Index("social_follow_user", follow.c.user_id, follow.c.created_at.desc())
preference: Final = Table(
    "social_preference",
    metadata,
    _key("user_id"),
    Column("mail_live", Boolean, nullable=False),
    _moment("agreed_at", nullable=True),
    _words("stop_token", unique=True),
    _moment("changed_at"),
    CheckConstraint("NOT mail_live OR agreed_at IS NOT NULL"),
)
start: Final = Table(
    "social_start",
    metadata,
    _key("broadcast_id"),
    Column("broadcaster_id", Uuid, nullable=False),
    _words("name"),
    _words("title"),
    _words("path"),
    _moment("at"),
    Column("told_until", Uuid),
    _number("told"),
    _number("mailed"),
    _moment("done_at", nullable=True),
    CheckConstraint("told >= 0"),
    CheckConstraint("mailed BETWEEN 0 AND told"),
)
notice: Final = Table(
    "social_notice",
    metadata,
    _key("id"),
    Column("user_id", Uuid, nullable=False),
    _words("kind"),
    _words("story"),
    Column("params", JSONB, nullable=False, server_default=text("'{}'")),
    _words("path"),
    _words("once"),
    _moment("created_at"),
    _moment("read_at", nullable=True),
    CheckConstraint("kind IN ('order', 'live', 'follow', 'gift', 'news')"),
    CheckConstraint("story IN ('started', 'followed', 'paid', 'shipped')"),
    CheckConstraint("path LIKE '/%'"),
    UniqueConstraint("user_id", "once"),
)
Index("social_notice_user", notice.c.user_id, notice.c.created_at.desc(), notice.c.id.desc())
Index(
    "social_notice_unread",
    notice.c.user_id,
    notice.c.kind,
    postgresql_where=notice.c.read_at.is_(None),
)
