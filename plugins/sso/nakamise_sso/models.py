"""The tables of migrations/."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, LargeBinary, MetaData, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()

provider = Table(
    "sso_provider",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("label", Text, nullable=False),
    Column("discovery_url", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("client_secret", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("email_domains", ARRAY(Text), nullable=False),
    Column("mfa_values", ARRAY(Text), nullable=False),
    Column("may_create", Boolean, nullable=False),
    Column("is_on", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
role_rule = Table(
    "sso_role_rule",
    metadata,
    Column("provider_id", Uuid, primary_key=True),
    Column("claim", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("role_id", Text, primary_key=True),
)
policy = Table(
    "sso_policy",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("staff_only", Boolean, nullable=False),
    Column("break_glass", Uuid),
)
heard = Table(
    "sso_heard",
    metadata,
    Column("state_hash", LargeBinary, primary_key=True),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
