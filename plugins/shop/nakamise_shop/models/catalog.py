"""Shops, categories, products, variants, stock: see migration 0001."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE

from nakamise_shop.models.base import amount, flag, json, metadata, moment, number, words

shop: Final = Table(
    "shop_shop",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    words("introduction"),
    json("translations", "{}"),
    words("state", "pending"),
    json("legal", "{}"),
    Column("invoice_number", Text),
    words("rounding", "floor"),
    flag("prices_include_tax", default=True),
    amount("shipping_fee", 0),
    Column("free_over", BigInteger),
    Column("order_number_prefix", Text, nullable=False, unique=True),
    Column("picture_id", Uuid),
    moment("opened_at", default=False, nullable=True),
    moment("created_at"),
    moment("updated_at"),
    amount("version", 1),
    words("state_reason"),
    moment("applied_at", default=False, nullable=True),
    Column("applied_by", Uuid),
    json("kept", "{}"),
    CheckConstraint("state IN ('pending', 'applied', 'rejected', 'open', 'suspended', 'closed')"),
    CheckConstraint(
        "CASE WHEN state = 'rejected' THEN state_reason <> ''"
        " WHEN state IN ('pending', 'applied') THEN state_reason = '' ELSE true END"
    ),
    CheckConstraint("state NOT IN ('applied', 'rejected') OR applied_at IS NOT NULL"),
    CheckConstraint(
        "kept - '{address,address_en,phone,phone_en}'::text[] = '{}'"
        " AND (NOT kept ? 'address_en' OR kept ? 'address') AND (NOT kept ? 'phone_en' OR kept ? 'phone')"
        " AND NOT (kept ? 'address' AND legal ?| '{address,address_en}')"
        " AND NOT (kept ? 'phone' AND legal ?| '{phone,phone_en}')"
    ),
)

category: Final = Table(
    "shop_category",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    json("translations", "{}"),
    Column("parent_id", Uuid, ForeignKey("shop_category.id")),
    number("position", 0),
    Column("picture_id", Uuid),
    flag("is_on", default=True),
)

product: Final = Table(
    "shop_product",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", Uuid, ForeignKey("shop_shop.id"), nullable=False),
    Column("category_id", Uuid, ForeignKey("shop_category.id")),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    words("description"),
    json("translations", "{}"),
    words("tax_class", "standard"),
    words("state", "draft"),
    json("options", "[]"),
    json("specs", "[]"),
    json("badges", "[]"),
    Column("per_order_limit", Integer),
    words("search_text"),
    amount("min_price", 0),
    amount("max_price", 0),
    moment("published_at", default=False, nullable=True),
    moment("created_at"),
    moment("updated_at"),
    amount("version", 1),
    words("kind", "goods"),
    moment("sale_from", default=False, nullable=True),
    moment("sale_until", default=False, nullable=True),
    Column("per_person_limit", Integer),
    Column("per_person_days", Integer),
    json("faq", "[]"),
    json("size_chart", "{}"),
    CheckConstraint("state IN ('draft', 'published', 'archived')"),
    CheckConstraint("state <> 'published' OR published_at IS NOT NULL"),
    CheckConstraint("kind IN ('goods', 'sample')"),
    CheckConstraint("sale_until > sale_from"),
    CheckConstraint("kind <> 'sample' OR per_person_limit IS NOT NULL"),
)

picture: Final = Table(
    "shop_picture",
    metadata,
    Column("product_id", Uuid, ForeignKey("shop_product.id", ondelete="CASCADE"), nullable=False),
    Column("media_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    words("alt"),
    PrimaryKeyConstraint("product_id", "media_id"),
)

variant: Final = Table(
    "shop_variant",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("product_id", Uuid, ForeignKey("shop_product.id", ondelete="CASCADE"), nullable=False),
    Column("shop_id", Uuid, ForeignKey("shop_shop.id"), nullable=False),
    Column("sku", Text, nullable=False),
    words("name"),
    json("translations", "{}"),
    Column("option_values", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("price", BigInteger, nullable=False),
    Column("compare_at", BigInteger),
    Column("picture_id", Uuid),
    number("position", 0),
    words("state", "active"),
    moment("was_until", default=False, nullable=True),
    UniqueConstraint("shop_id", "sku"),
    CheckConstraint("state IN ('active', 'archived')"),
    CheckConstraint("compare_at > price"),
)

stock: Final = Table(
    "shop_stock",
    metadata,
    Column("variant_id", Uuid, ForeignKey("shop_variant.id", ondelete="CASCADE"), primary_key=True),
    number("on_hand", 0),
    number("reserved", 0),
    moment("updated_at"),
    CheckConstraint("reserved BETWEEN 0 AND on_hand"),
)

price_log: Final = Table(
    "shop_price_log",
    metadata,
    Column("variant_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Column("price", BigInteger, nullable=False),
    Column("on_sale", Boolean, nullable=False),
    Column("offered", TSTZRANGE),
    Column("tax_class", Text),
    Column("prices_include_tax", Boolean),
    Column("rounding", Text),
    PrimaryKeyConstraint("variant_id", "at"),
    CheckConstraint("price >= 0"),
)

stock_log: Final = Table(
    "shop_stock_log",
    metadata,
    Column("variant_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Column("sold_out", Boolean, nullable=False),
    PrimaryKeyConstraint("variant_id", "at"),
)
