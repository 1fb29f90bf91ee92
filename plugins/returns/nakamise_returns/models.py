"""Tables as SQLAlchemy Core sees them: equal to the migrations, which a test compares."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

metadata: Final = MetaData()


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=text("now()"))


def _words(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text(f"'{default}'"))


def _amount(name: str, default: int) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text(str(default)))


def _ids(name: str) -> Column[object]:
    return Column(name, ARRAY(Uuid), nullable=False, server_default=text("'{}'"))


policy: Final = Table(
    "returns_policy",
    metadata,
    Column("shop_id", Uuid, primary_key=True),
    Column("days", Integer, nullable=False),
    Column("defect_days", Integer, nullable=False),
    Column("payer", Text, nullable=False),
    Column("deduction_bp", Integer, nullable=False, server_default=text("0")),
    _ids("product_ids"),
    _ids("category_ids"),
    _words("note"),
    _words("note_en"),
    _amount("version", 1),
    _now("updated_at"),
    _amount("postage", 0),
)

request: Final = Table(
    "returns_request",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("order_id", Uuid, nullable=False),
    Column("order_number", Text, nullable=False),
    Column("shop_id", Uuid, nullable=False),
    Column("shop_name", Text, nullable=False),
    Column("buyer_id", Uuid, nullable=False),
    Column("buyer_name", Text, nullable=False),
    Column("wish", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _words("words"),
    _words("state", "requested"),
    Column("payer", Text, nullable=False),
    Column("deduction_bp", Integer, nullable=False),
    Column("due_at", DateTime(timezone=True)),
    _amount("deduction", 0),
    Column("refund_id", Uuid, unique=True),
    _amount("refunded", 0),
    Column("shipment_id", Uuid, unique=True),
    _now("requested_at"),
    Column("ended_at", DateTime(timezone=True)),
    _amount("version", 1),
    _amount("postage", 0),
    _amount("postage_kept", 0),
)

line: Final = Table(
    "returns_line",
    metadata,
    Column("request_id", Uuid, ForeignKey("returns_request.id"), nullable=False),
    Column("line_no", Integer, nullable=False),
    Column("product_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("qty", Integer, nullable=False),
    Column("received_qty", Integer),
    Column("condition", Text),
    Column("restock", Integer, nullable=False, server_default=text("0")),
    Column("sent_variant_id", Uuid),
    _words("sent_name"),
    PrimaryKeyConstraint("request_id", "line_no"),
)

claim: Final = Table(
    "returns_claim",
    metadata,
    Column("order_id", Uuid, nullable=False),
    Column("line_no", Integer, nullable=False),
    Column("bought", Integer, nullable=False),
    Column("claimed", Integer, nullable=False),
    PrimaryKeyConstraint("order_id", "line_no"),
)

photo: Final = Table(
    "returns_photo",
    metadata,
    Column("request_id", Uuid, ForeignKey("returns_request.id"), nullable=False),
    Column("media_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("request_id", "position"),
)

event: Final = Table(
    "returns_event",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("request_id", Uuid, ForeignKey("returns_request.id"), nullable=False),
    Column("kind", Text, nullable=False),
    _now("at"),
    Column("actor_id", Uuid),
    Column("by_staff", Boolean, nullable=False),
    _words("words"),
)

counter: Final = Table(
    "returns_counter",
    metadata,
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)
