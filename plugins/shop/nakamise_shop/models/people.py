"""Who of the staff works for which shops: see migration 0012."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Uuid

from nakamise_shop.models.base import metadata, moment

people: Final = Table(
    "shop_people",
    metadata,
    Column("user_id", Uuid, nullable=False),
    Column("shop_id", Uuid, ForeignKey("shop_shop.id", ondelete="CASCADE"), nullable=False),
    moment("added_at"),
    PrimaryKeyConstraint("user_id", "shop_id"),
    Index("shop_people_shop", "shop_id"),
)
