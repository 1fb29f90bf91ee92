"""The tables of the migrations."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata: Final = MetaData()


def _moment(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=text("now()"))


def _words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text("''"))


def _id(name: str) -> Column[object]:
    return Column(name, Uuid, nullable=False)


def _number(name: str, default: int) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text(str(default)))


shop: Final = Table(
    "shipping_shop",
    metadata,
    Column("shop_id", Uuid, primary_key=True),
    _number("version", 1),
    Column("config", JSONB, nullable=False),
    _moment("updated_at"),
)
product: Final = Table(
    "shipping_product",
    metadata,
    Column("product_id", Uuid, primary_key=True),
    Column("temperature", Text, nullable=False),
    CheckConstraint("temperature IN ('cool', 'frozen')"),
)
variant: Final = Table(
    "shipping_variant",
    metadata,
    Column("variant_id", Uuid, primary_key=True),
    _id("product_id"),
    Column("cm", Integer),
    Column("grams", Integer),
    CheckConstraint("cm BETWEEN 1 AND 400"),
    CheckConstraint("grams BETWEEN 1 AND 100000"),
    CheckConstraint("cm IS NOT NULL OR grams IS NOT NULL"),
)
Index("shipping_variant_product", variant.c.product_id)
order: Final = Table(
    "shipping_order",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    _id("shop_id"),
    _id("buyer_id"),
    Column("day", Date),
    *[_words(name) for name in ("hours", "hours_label", "wrapping", "wrapping_label", "noshi")],
    *[_words(name) for name in ("noshi_name", "card")],
    Column("leaves_on", Date),
    Column("parcels", JSONB, nullable=False),
    _number("version", 1),
    _moment("placed_at"),
    _words("wrapping_label_en"),
    _words("noshi_en"),
    CheckConstraint("length(noshi_name) <= 20"),
    CheckConstraint("length(card) <= 200"),
    CheckConstraint("noshi_name = '' OR noshi <> ''"),
)
Index("shipping_order_buyer", order.c.buyer_id, order.c.placed_at)
file: Final = Table(
    "shipping_file",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("layout", Text, nullable=False),
    Column("ship_day", Date, nullable=False),
    Column("slip_count", Integer, nullable=False),
    _moment("created_at"),
    Column("created_by", Uuid),
    Column("shop_ids", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    CheckConstraint("slip_count BETWEEN 1 AND 1000"),
)
slip: Final = Table(
    "shipping_slip",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("ref", Text, nullable=False, unique=True),
    Column("temperature", Text, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("tracking_number", Text),
    Column("file_id", Uuid, ForeignKey("shipping_file.id")),
    _moment("created_at"),
    UniqueConstraint("carrier", "tracking_number"),
    CheckConstraint("length(ref) BETWEEN 1 AND 50"),
    CheckConstraint("temperature IN ('normal', 'cool', 'frozen')"),
)
slip_order: Final = Table(
    "shipping_slip_order",
    metadata,
    Column("slip_id", Uuid, ForeignKey("shipping_slip.id", ondelete="CASCADE"), nullable=False),
    _id("order_id"),
    Column("line_numbers", ARRAY(Integer), nullable=False),
    PrimaryKeyConstraint("slip_id", "order_id"),
    CheckConstraint("cardinality(line_numbers) > 0"),
)
Index("shipping_slip_order_order", slip_order.c.order_id)
import_: Final = Table(
    "shipping_import",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("sha256", LargeBinary, nullable=False, unique=True),
    Column("carrier", Text, nullable=False),
    Column("name", Text, nullable=False),
    _moment("created_at"),
    Column("created_by", Uuid),
    Column("applied_at", DateTime(timezone=True)),
    CheckConstraint("length(sha256) = 32"),
)
import_row: Final = Table(
    "shipping_import_row",
    metadata,
    Column("import_id", Uuid, ForeignKey("shipping_import.id", ondelete="CASCADE"), nullable=False),
    Column("line", Integer, nullable=False),
    Column("ref", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("shipped_on", Date),
    Column("outcome", Text),
    PrimaryKeyConstraint("import_id", "line"),
    CheckConstraint("outcome IN ('shipped', 'renumbered', 'refused')"),
)
merge: Final = Table(
    "shipping_merge",
    metadata,
    Column("id", Uuid, primary_key=True),
    _id("shop_id"),
    _moment("created_at"),
    Column("created_by", Uuid),
)
merge_order: Final = Table(
    "shipping_merge_order",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("merge_id", Uuid, ForeignKey("shipping_merge.id"), nullable=False),
    Column("is_kept", Boolean, nullable=False),
    _number("refunded", 0),
    CheckConstraint("refunded >= 0"),
    CheckConstraint("NOT is_kept OR refunded = 0"),
)
Index("shipping_merge_kept", merge_order.c.merge_id, unique=True, postgresql_where=merge_order.c.is_kept)
