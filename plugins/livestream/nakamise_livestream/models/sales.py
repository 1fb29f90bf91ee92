"""What broadcasts brought the shop: see migration 0300."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from nakamise_livestream.models.base import key, metadata, moment, number, part_of

interest: Final = Table(
    "livestream_interest",
    metadata,
    key(),
    part_of("broadcast_id", "livestream_broadcast", cascade=True),
    Column("product_id", Uuid, nullable=False),
    Column("visitor", LargeBinary, nullable=False),
    number("clicks", 0),
    number("adds", 0),
    moment("first_at"),
    moment("added_at", nullable=True),
    UniqueConstraint("broadcast_id", "product_id", "visitor"),
    Index(
        "livestream_interest_added",
        "visitor",
        "product_id",
        "added_at",
        postgresql_where=text("added_at IS NOT NULL"),
    ),
)

sale: Final = Table(
    "livestream_sale",
    metadata,
    Column("order_id", Uuid, nullable=False),
    Column("variant_id", Uuid, nullable=False),
    Column("product_id", Uuid, nullable=False),
    part_of("broadcast_id", "livestream_broadcast"),
    Column("quantity", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    moment("placed_at"),
    moment("reverted_at", nullable=True),
    Column("visitor", LargeBinary),
    PrimaryKeyConstraint("order_id", "variant_id"),
    Index(
        "livestream_sale_broadcast",
        "broadcast_id",
        "product_id",
        postgresql_where=text("reverted_at IS NULL"),
    ),
    Index("livestream_sale_placed", "placed_at"),
)
