"""What was looked at: see migration 0013."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, PrimaryKeyConstraint, Table, Text, Uuid

from nakamise_shop.models.base import amount, metadata

seen: Final = Table(
    "shop_seen",
    metadata,
    Column("day", Date, nullable=False),
    Column("product_id", Uuid, nullable=False),
    Column("via", Text, nullable=False),
    amount("shown", 0),
    amount("views", 0),
    amount("carts", 0),
    PrimaryKeyConstraint("day", "product_id", "via"),
)
