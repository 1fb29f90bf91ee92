"""The tables of migrations/0001_webhooks.sql."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata: Final = MetaData()


def _moment(name: str, *, nullable: bool = False, default: bool = False) -> Column[object]:
    clock = text("now()") if default else None
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=clock)


def _words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text("''"))


def _part_of(name: str, table: str) -> Column[object]:
    return Column(name, Uuid, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)


endpoint: Final = Table(
    "webhooks_endpoint",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("url", Text, nullable=False),
    _words("description"),
    Column("topics", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("secret", Text, nullable=False),
    _words("old_secret"),
    _moment("old_secret_until", nullable=True),
    Column("is_on", Boolean, nullable=False, server_default=text("true")),
    _words("off_why"),
    _moment("failing_since", nullable=True),
    Column("created_by_user_id", Uuid),
    _moment("created_at", default=True),
    CheckConstraint("length(url) <= 2000"),
    CheckConstraint("off_why IN ('', 'staff', 'gone', 'failing')"),
    CheckConstraint("old_secret = '' OR old_secret_until IS NOT NULL"),
    CheckConstraint("is_on = (off_why = '')"),
)
message: Final = Table(
    "webhooks_message",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("body", Text, nullable=False),
    _moment("at"),
    _moment("created_at", default=True),
)
delivery: Final = Table(
    "webhooks_delivery",
    metadata,
    Column("id", Uuid, primary_key=True),
    _part_of("endpoint_id", "webhooks_endpoint"),
    _part_of("message_id", "webhooks_message"),
    Column("state", Text, nullable=False, server_default=text("'waiting'")),
    Column("ticket", Integer, nullable=False, server_default=text("1")),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("last_status", Integer),
    _words("last_error"),
    _moment("next_at", nullable=True),
    _moment("created_at", default=True),
    _moment("settled_at", nullable=True),
    UniqueConstraint("endpoint_id", "message_id"),
    CheckConstraint("state IN ('waiting', 'delivered', 'dead')"),
    Index("webhooks_delivery_newest", "created_at", "id"),
    Index("webhooks_delivery_message", "message_id"),
)
attempt: Final = Table(
    "webhooks_attempt",
    metadata,
    Column("id", Uuid, primary_key=True),
    _part_of("delivery_id", "webhooks_delivery"),
    _moment("at"),
    Column("ms", Integer, nullable=False, server_default=text("0")),
    Column("status", Integer),
    _words("error"),
    Column("request_headers", JSONB, nullable=False, server_default=text("'[]'")),
    Column("answer_headers", JSONB, nullable=False, server_default=text("'[]'")),
    _words("answer_body"),
    Column("is_cut", Boolean, nullable=False, server_default=text("false")),
    Index("webhooks_attempt_delivery", "delivery_id", "at"),
)
