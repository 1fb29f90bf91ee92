"""Shops, categories, products, variants, stock: see migration 0001."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from nakamise_shop.models.base import metadata, moment


def _words(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text(f"'{default}'"))


def _json(name: str, default: str) -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text(f"'{default}'"))


def _number(name: str, default: int) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text(str(default)))


def _amount(name: str, default: int) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text(str(default)))


shop: Final = Table(
    "shop_shop",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    _words("introduction"),
    _json("translations", "{}"),
    _words("state", "pending"),
    _json("legal", "{}"),
    Column("invoice_number", Text),
    _words("rounding", "floor"),
    Column("prices_include_tax", Boolean, nullable=False, server_default=text("true")),
    _amount("shipping_fee", 0),
    Column("free_over", BigInteger),
    Column("order_number_prefix", Text, nullable=False, unique=True),
    Column("picture_id", Uuid),
    moment("opened_at", default=False, nullable=True),
    moment("created_at"),
    moment("updated_at"),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    CheckConstraint("state IN ('pending', 'open', 'suspended', 'closed')"),
)

category: Final = Table(
    "shop_category",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    _json("translations", "{}"),
    Column("parent_id", Uuid, ForeignKey("shop_category.id")),
    _number("position", 0),
    Column("picture_id", Uuid),
    Column("is_on", Boolean, nullable=False, server_default=text("true")),
)

product: Final = Table(
    "shop_product",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", Uuid, ForeignKey("shop_shop.id"), nullable=False),
    Column("category_id", Uuid, ForeignKey("shop_category.id")),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    _words("description"),
    _json("translations", "{}"),
    _words("tax_class", "standard"),
    _words("state", "draft"),
    _json("options", "[]"),
    _json("specs", "[]"),
    _json("badges", "[]"),
    Column("per_order_limit", Integer),
    _words("search_text"),
    _amount("min_price", 0),
    _amount("max_price", 0),
    moment("published_at", default=False, nullable=True),
    moment("created_at"),
    moment("updated_at"),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    CheckConstraint("state IN ('draft', 'published', 'archived')"),
    CheckConstraint("state <> 'published' OR published_at IS NOT NULL"),
)

picture: Final = Table(
    "shop_picture",
    metadata,
    Column("product_id", Uuid, ForeignKey("shop_product.id", ondelete="CASCADE"), nullable=False),
    Column("media_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    _words("alt"),
    PrimaryKeyConstraint("product_id", "media_id"),
)

variant: Final = Table(
    "shop_variant",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("product_id", Uuid, ForeignKey("shop_product.id", ondelete="CASCADE"), nullable=False),
    Column("shop_id", Uuid, ForeignKey("shop_shop.id"), nullable=False),
    Column("sku", Text, nullable=False),
    _words("name"),
    _json("translations", "{}"),
    Column("option_values", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("price", BigInteger, nullable=False),
    Column("compare_at", BigInteger),
    Column("picture_id", Uuid),
    _number("position", 0),
    _words("state", "active"),
    UniqueConstraint("shop_id", "sku"),
    CheckConstraint("state IN ('active', 'archived')"),
    CheckConstraint("compare_at > price"),
)

stock: Final = Table(
    "shop_stock",
    metadata,
    Column("variant_id", Uuid, ForeignKey("shop_variant.id", ondelete="CASCADE"), primary_key=True),
    _number("on_hand", 0),
    _number("reserved", 0),
    moment("updated_at"),
    CheckConstraint("reserved BETWEEN 0 AND on_hand"),
)
