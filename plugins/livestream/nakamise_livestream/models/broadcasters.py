"""Broadcasters: see migration 0001."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Table, Text, Uuid, text

from nakamise_livestream.models.base import key, metadata, moment, words

broadcaster: Final = Table(
    "livestream_broadcaster",
    metadata,
    key(),
    Column("user_id", Uuid, unique=True),
    Column("name", Text, nullable=False),
    words("bio"),
    words("motive"),
    words("state", "pending"),
    words("state_reason"),
    Column("picture_id", Uuid),
    Column("banner_id", Uuid),
    moment("agreed_at"),
    moment("applied_at"),
    moment("decided_at", nullable=True),
    Column("decided_by_user_id", Uuid),
    moment("created_at", default=True),
    moment("updated_at", default=True),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    CheckConstraint("length(name) BETWEEN 1 AND 40"),
    CheckConstraint("state IN ('pending', 'approved', 'rejected', 'suspended')"),
    CheckConstraint("state = 'pending' OR decided_at IS NOT NULL"),
    Index("livestream_broadcaster_state", "state", "applied_at"),
)
