"""The tables of migrations/, for queries put together at run time."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

op = Table(
    "payments_op",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("parent_id", Uuid),
    Column("subject", Uuid, nullable=False),
    Column("reference", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("given_up", Boolean, nullable=False),
    Column("provider_ref", Text, nullable=False),
    Column("reversed", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failure", Text),
    Column("action_url", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("first_sent_at", DateTime(timezone=True)),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    Column("method", Text, nullable=False),
    Column("capture", Text, nullable=False),
    Column("at_expiry", Text, nullable=False),
    Column("capture_before", DateTime(timezone=True)),
    Column("captured", BigInteger, nullable=False),
    Column("fee", BigInteger, nullable=False),
    Column("instructions", JSONB),
    Column("extra", Boolean, nullable=False),
    Column("warned", Integer, nullable=False),
    Column("payer_id", Uuid),
    Column("seller_id", Uuid),
    Column("note", Text, nullable=False),
)

account = Table(
    "payments_account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("currency", Text, nullable=False),
)

transfer = Table(
    "payments_transfer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("idem", Text, nullable=False),
    Column("debit", Text, nullable=False),
    Column("credit", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("op_id", Uuid),
    Column("at", DateTime(timezone=True), nullable=False),
)

report = Table(
    "payments_report",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("compared", Integer, nullable=False),
    Column("charged", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("differences", JSONB, nullable=False),
    Column("moved", Integer, nullable=False),
)


def _comparison(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("provider_id", Text, primary_key=True),
        Column("begun_at", DateTime(timezone=True)),
        Column("failed", Boolean, nullable=False),
        Column("ended_at", DateTime(timezone=True)),
    )


comparison = _comparison("payments_comparison")
comparison_month = _comparison("payments_comparison_month")

acknowledgement = Table(
    "payments_acknowledgement",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("user_id", Uuid),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False),
)

saved = Table(
    "payments_saved",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("last4", Text, nullable=False),
    Column("exp_month", Integer, nullable=False),
    Column("exp_year", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True), nullable=False),
)

dispute = Table(
    "payments_dispute",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("op_id", Uuid, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("is_inquiry", Boolean, nullable=False),
    Column("respond_by", DateTime(timezone=True)),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
)

seller = Table(
    "payments_seller",
    metadata,
    Column("seller_id", Uuid, primary_key=True),
    Column("capture", Text),
    Column("at_expiry", Text),
)

sale = Table(
    "payments_sale",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("subject", Uuid, nullable=False),
    Column("seller_id", Uuid, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("op_id", Uuid),
    Column("borne", BigInteger, nullable=False),
    Column("by_hand", BigInteger),
    Column("done_at", DateTime(timezone=True)),
    Column("paid_by_hand", BigInteger, nullable=False),
    Column("owed_back", BigInteger, nullable=False),
    Column("got_back", BigInteger, nullable=False),
    Column("fee_bp", Integer),
)
