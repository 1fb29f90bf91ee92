"""Guests on the stage: see migration 0330."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, text

from nakamise_livestream.models.base import flag, key, metadata, moment, part_of, words

guest: Final = Table(
    "livestream_guest",
    metadata,
    key(),
    part_of("broadcast_id", "livestream_broadcast", cascade=True),
    Column("seat", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    words("state", "invited"),
    flag("is_muted", default=False),
    moment("invited_at"),
    moment("changed_at"),
    Index(
        "livestream_guest_seat",
        "broadcast_id",
        "seat",
        unique=True,
        postgresql_where=text("state <> 'removed'"),
    ),
)
