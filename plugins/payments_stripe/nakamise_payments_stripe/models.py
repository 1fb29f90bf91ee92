"""The tables of migrations/, for queries put together at run time."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()

stripe_object = Table(
    "payments_stripe_object",
    metadata,
    Column("op_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("parent_id", Uuid),
    Column("stripe_id", Text),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("attempt_at", DateTime(timezone=True), nullable=False),
)

customer = Table(
    "payments_stripe_customer",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("customer", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

account = Table(
    "payments_stripe_account",
    metadata,
    Column("seller_id", Uuid, primary_key=True),
    Column("account", Text, nullable=False),
    Column("payouts_enabled", Boolean, nullable=False),
    Column("transfers_active", Boolean, nullable=False),
    Column("details_submitted", Boolean, nullable=False),
    Column("requirements", ARRAY(Text), nullable=False),
    Column("checked_at", DateTime(timezone=True), nullable=False),
)

event = Table(
    "payments_stripe_event",
    metadata,
    Column("id", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("handled_at", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("error", Text, nullable=False),
)

refused_key = Table(
    "payments_stripe_refused_key",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("told_at", DateTime(timezone=True), nullable=False),
)
