"""The tables of the migrations."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    func,
    text,
)

metadata: Final = MetaData()


def _moment(name: str, *, now: bool = False, nullable: bool = True) -> Column[object]:
    default = text("now()") if now else None
    return Column(name, DateTime(timezone=True), nullable=nullable and not now, server_default=default)


sale: Final = Table(
    "timesale_sale",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    _moment("starts_at"),
    _moment("ends_at"),
    _moment("stopped_at"),
    Column("broadcast_id", Uuid),
    Column("per_person", Integer),
    _moment("archived_at"),
    _moment("created_at", now=True),
    _moment("updated_at", now=True),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    Column("name_en", Text, nullable=False, server_default=text("''")),
    CheckConstraint("length(name) BETWEEN 1 AND 40"),
    CheckConstraint("length(name_en) <= 40"),
    CheckConstraint("per_person >= 1"),
    CheckConstraint("ends_at >= starts_at"),
    CheckConstraint("stopped_at >= starts_at"),
)
Index("timesale_sale_new", sale.c.created_at.desc(), sale.c.id)
Index(
    "timesale_sale_start",
    sale.c.starts_at,
    postgresql_where=sale.c.stopped_at.is_(None) & sale.c.archived_at.is_(None),
)
Index("timesale_sale_broadcast", sale.c.broadcast_id, postgresql_where=sale.c.broadcast_id.is_not(None))
item: Final = Table(
    "timesale_item",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("sale_id", Uuid, ForeignKey("timesale_sale.id", ondelete="CASCADE"), nullable=False),
    Column("product_id", Uuid, nullable=False),
    Column("variant_id", Uuid),
    Column("price", BigInteger),
    Column("percent", Integer),
    Column("quantity", Integer),
    Column("sold", Integer, nullable=False, server_default=text("0")),
    _moment("created_at", now=True),
    CheckConstraint("price >= 1"),
    CheckConstraint("percent BETWEEN 1 AND 99"),
    CheckConstraint("quantity >= 1"),
    CheckConstraint("sold >= 0"),
    CheckConstraint("(price IS NULL) <> (percent IS NULL)"),
    CheckConstraint("sold <= quantity"),
)
_NO_VARIANT: Final = text("'00000000-0000-0000-0000-000000000000'::uuid")
Index(
    "timesale_item_what",
    item.c.sale_id,
    item.c.product_id,
    func.coalesce(item.c.variant_id, _NO_VARIANT),
    unique=True,
)
Index("timesale_item_product", item.c.product_id)
run: Final = Table(
    "timesale_run",
    metadata,
    Column("sale_id", Uuid, ForeignKey("timesale_sale.id", ondelete="CASCADE"), nullable=False),
    _moment("from_at", nullable=False),
    _moment("to_at", nullable=False),
    PrimaryKeyConstraint("sale_id", "from_at"),
    CheckConstraint("to_at >= from_at"),
)
person: Final = Table(
    "timesale_person",
    metadata,
    Column("item_id", Uuid, ForeignKey("timesale_item.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("taken", Integer, nullable=False),
    PrimaryKeyConstraint("item_id", "user_id"),
    CheckConstraint("taken >= 0"),
)
taken: Final = Table(
    "timesale_taken",
    metadata,
    Column("order_id", Uuid, nullable=False),
    Column("item_id", Uuid, ForeignKey("timesale_item.id"), nullable=False),
    Column("user_id", Uuid),
    Column("quantity", Integer, nullable=False),
    _moment("at", now=True),
    _moment("reverted_at"),
    Column("amount", BigInteger, nullable=False, server_default=text("0")),
    Column("saved", BigInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("order_id", "item_id"),
    CheckConstraint("quantity > 0"),
    CheckConstraint("amount >= 0 AND saved >= 0"),
)
Index("timesale_taken_item", taken.c.item_id)
Index("timesale_taken_user", taken.c.user_id)
