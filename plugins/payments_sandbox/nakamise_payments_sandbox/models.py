"""The tables of migrations/."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

charge = Table(
    "payments_sandbox_charge",
    metadata,
    Column("key", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("charge_key", Uuid),
    Column("request", JSONB, nullable=False),
    Column("reference", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("failure", Text),
    Column("return_url", Text, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("method", Text, nullable=False),
    Column("captured", BigInteger, nullable=False),
    Column("capture_before", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("card", Text),
)

card = Table(
    "payments_sandbox_card",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("token", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
