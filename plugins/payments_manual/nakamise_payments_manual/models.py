"""The tables of migrations/."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

charge = Table(
    "payments_manual_charge",
    metadata,
    Column("key", Uuid, primary_key=True),
    Column("number", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("account", JSONB),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("payer_id", Uuid),
    Column("payer_name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("search", Text, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("returned", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

note = Table(
    "payments_manual_note",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("charge_key", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("words", Text, nullable=False),
    Column("by_id", Uuid),
    Column("by_name", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("undone", Boolean, nullable=False),
)
