"""Limits per person, related products and uploaded files: see migration 0005."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from nakamise_shop.models.base import metadata, moment, number, words

person_limit: Final = Table(
    "shop_person_limit",
    metadata,
    Column("product_id", Uuid, ForeignKey("shop_product.id", ondelete="CASCADE"), nullable=False),
    Column("buyer_id", Uuid, nullable=False),
    moment("asked_at"),
    PrimaryKeyConstraint("product_id", "buyer_id"),
)

related: Final = Table(
    "shop_related",
    metadata,
    Column("product_id", Uuid, ForeignKey("shop_product.id", ondelete="CASCADE"), nullable=False),
    Column("other_id", Uuid, ForeignKey("shop_product.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    number("position", 0),
    PrimaryKeyConstraint("product_id", "other_id"),
    CheckConstraint("kind IN ('related', 'upgrade')"),
    CheckConstraint("product_id <> other_id"),
)

upload: Final = Table(
    "shop_import",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("actor_id", Uuid, nullable=False),
    words("name"),
    Column("content", LargeBinary, nullable=False),
    moment("created_at"),
    moment("applied_at", default=False, nullable=True),
    number("changed", 0),
)

import_run: Final = Table(
    "shop_import_run",
    metadata,
    Column("import_id", Uuid, ForeignKey("shop_import.id", ondelete="CASCADE"), primary_key=True),
    words("state", "waiting"),
    number("done", 0),
    number("total", 0),
    words("failure"),
    moment("begun_at"),
)
