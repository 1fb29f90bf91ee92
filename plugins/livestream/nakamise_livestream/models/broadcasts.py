"""Categories, series and broadcasts: see migration 0001."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from nakamise_livestream.models.base import flag, key, metadata, moment, number, part_of, words

category: Final = Table(
    "livestream_category",
    metadata,
    key(),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    words("name_en"),
    number("position", 0),
    flag("is_on", default=True),
)

series: Final = Table(
    "livestream_series",
    metadata,
    key(),
    part_of("broadcaster_id", "livestream_broadcaster"),
    moment("first_at"),
    Column("until_on", Date),
    flag("is_on", default=True),
    moment("created_at", default=True),
)

broadcast: Final = Table(
    "livestream_broadcast",
    metadata,
    key(),
    part_of("broadcaster_id", "livestream_broadcaster"),
    part_of("series_id", "livestream_series", nullable=True),
    Column("series_on", Date),
    Column("title", Text, nullable=False),
    words("description"),
    part_of("category_id", "livestream_category", nullable=True),
    Column("cover_id", Uuid),
    words("state", "scheduled"),
    moment("scheduled_for", nullable=True),
    moment("rehearsing_since", nullable=True),
    moment("started_at", nullable=True),
    moment("paused_at", nullable=True),
    number("paused_s", 0),
    moment("ended_at", nullable=True),
    words("end_why"),
    words("end_reason"),
    Column("ended_by_user_id", Uuid),
    Column("max_minutes", Integer),
    flag("is_sponsored", default=False),
    words("sponsor"),
    flag("label_locked", default=False),
    Column("run_item_id", Uuid),
    flag("publishing", default=False),
    moment("lost_at", nullable=True),
    number("viewers_now", 0),
    number("viewers_peak", 0),
    number("viewers_total", 0),
    moment("host_reminded_at", nullable=True),
    moment("created_at", default=True),
    moment("updated_at", default=True),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    CheckConstraint("state IN ('scheduled', 'live', 'paused', 'ended', 'cancelled', 'expired')"),
    CheckConstraint("(state IN ('live', 'paused', 'ended')) = (started_at IS NOT NULL)"),
    CheckConstraint("(state IN ('ended', 'cancelled', 'expired')) = (ended_at IS NOT NULL)"),
    CheckConstraint("(state = 'paused') = (paused_at IS NOT NULL)"),
    CheckConstraint("(ended_at IS NULL) = (end_why = '')"),
    CheckConstraint("rehearsing_since IS NULL OR state = 'scheduled'"),
    CheckConstraint("NOT label_locked OR is_sponsored"),
    UniqueConstraint("series_id", "series_on"),
    Index("livestream_broadcast_host", "broadcaster_id", "state"),
    Index(
        "livestream_broadcast_on_air",
        "broadcaster_id",
        unique=True,
        postgresql_where=text("state IN ('live', 'paused')"),
    ),
)
