"""The tables of migrations/."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
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


def _words(name: str, *, empty: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text("''") if empty else None)


counter: Final = Table(
    "tax_invoice_counter",
    metadata,
    Column("shop_id", Uuid, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
    CheckConstraint("last >= 0"),
)

document: Final = Table(
    "tax_invoice_document",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", Uuid, nullable=False),
    Column("order_id", Uuid, nullable=False),
    _words("family"),
    Column("subject_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("replaces", Uuid, ForeignKey("tax_invoice_document.id"), unique=True),
    _words("reason", empty=True),
    Column("year", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    _words("number"),
    _words("kind"),
    _words("order_number"),
    _words("shop_name"),
    _words("partner"),
    Column("supplied_on", Date, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    _words("registration", empty=True),
    _words("locale"),
    Column("body", JSONB, nullable=False),
    _words("issued_by", empty=True),
    _moment("created_at"),
    UniqueConstraint("shop_id", "year", "seq"),
    UniqueConstraint("family", "subject_id", "version"),
    Index("tax_invoice_document_order", "order_id", "created_at", "id"),
    Index("tax_invoice_document_list", text("issued_on DESC"), text("id DESC")),
)

file: Final = Table(
    "tax_invoice_file",
    metadata,
    Column("document_id", Uuid, ForeignKey("tax_invoice_document.id"), primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _words("sha256"),
    Column("bytes", Integer, nullable=False),
    _moment("created_at"),
)

shop: Final = Table(
    "tax_invoice_shop",
    metadata,
    Column("shop_id", Uuid, primary_key=True),
    _words("mode"),
    Column("told_on", Date),
    _moment("updated_at"),
)
