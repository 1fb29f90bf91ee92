"""What was sent to viewers: see migrations 0200 and 0320."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text, text

from nakamise_livestream.models.base import metadata, moment, part_of

watched: Final = Table(
    "livestream_watched",
    metadata,
    part_of("broadcast_id", "livestream_broadcast", cascade=True),
    moment("hour"),
    Column("seconds", BigInteger, nullable=False, server_default=text("0")),
    Column("bytes", BigInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("broadcast_id", "hour"),
    Index("livestream_watched_hour", "hour"),
)
metered: Final = Table(
    "livestream_metered",
    metadata,
    part_of("broadcast_id", "livestream_broadcast", cascade=True),
    Column("meter", Text, nullable=False),
    Column("seconds", BigInteger, nullable=False, server_default=text("0")),
    Column("bytes", BigInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("broadcast_id", "meter"),
)
publication: Final = Table(
    "livestream_publication",
    metadata,
    part_of("broadcast_id", "livestream_broadcast", cascade=True),
    Column("session", Text, nullable=False),
    moment("published_at"),
    PrimaryKeyConstraint("broadcast_id"),
)
