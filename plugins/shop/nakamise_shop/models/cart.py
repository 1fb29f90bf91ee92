"""Carts: see migrations 0002, 0004 and 0013."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from nakamise_shop.models.base import metadata, moment, words

cart: Final = Table(
    "shop_cart",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, unique=True),
    Column("token_hash", LargeBinary, unique=True),
    moment("created_at"),
    moment("updated_at"),
    CheckConstraint("(user_id IS NULL) <> (token_hash IS NULL)"),
)

cart_line: Final = Table(
    "shop_cart_line",
    metadata,
    Column("cart_id", Uuid, ForeignKey("shop_cart.id", ondelete="CASCADE"), nullable=False),
    Column("variant_id", Uuid, ForeignKey("shop_variant.id", ondelete="CASCADE"), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("seen_price", BigInteger, nullable=False),
    moment("added_at"),
    Column("seen_unit", BigInteger),
    words("via"),
    PrimaryKeyConstraint("cart_id", "variant_id"),
    CheckConstraint("quantity BETWEEN 1 AND 999"),
    CheckConstraint("seen_price >= 0"),
    CheckConstraint("seen_unit >= 0"),
)

cart_input: Final = Table(
    "shop_cart_input",
    metadata,
    Column("cart_id", Uuid, ForeignKey("shop_cart.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("cart_id", "name"),
    CheckConstraint("length(name) BETWEEN 3 AND 120"),
    CheckConstraint("length(value) BETWEEN 1 AND 500"),
)
