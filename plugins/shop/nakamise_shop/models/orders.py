"""Purchases, orders and what happened to them: see migration 0003."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from nakamise_shop.models.base import amount, flag, json, metadata, moment, number, words

purchase: Final = Table(
    "shop_purchase",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("buyer_id", Uuid, nullable=False),
    Column("idem", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("charge", BigInteger, nullable=False),
    Column("quote", JSONB, nullable=False),
    Column("address", JSONB, nullable=False),
    words("provider_id"),
    Column("email", Text, nullable=False),
    Column("locale", Text, nullable=False),
    moment("expires_at", default=False),
    moment("placed_at"),
    moment("paid_at", default=False, nullable=True),
    amount("version", 1),
    json("inputs", "{}"),
    moment("authorized_until", default=False, nullable=True),
    UniqueConstraint("buyer_id", "idem"),
    CheckConstraint("state IN ('pending', 'paid', 'expired', 'cancelled')"),
    CheckConstraint("charge BETWEEN 0 AND total"),
    CheckConstraint("state <> 'paid' OR paid_at IS NOT NULL"),
)

order: Final = Table(
    "shop_order",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("purchase_id", Uuid, ForeignKey("shop_purchase.id"), nullable=False),
    Column("shop_id", Uuid, ForeignKey("shop_shop.id"), nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("buyer_id", Uuid, nullable=False),
    Column("buyer_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    words("fulfil_state", "unfulfilled"),
    Column("currency", Text, nullable=False),
    Column("goods", BigInteger, nullable=False),
    Column("shipping", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    amount("points", 0),
    Column("charge", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("quote", JSONB, nullable=False),
    Column("shop", JSONB, nullable=False),
    Column("address", JSONB, nullable=False),
    words("note"),
    words("search_text"),
    moment("placed_at"),
    moment("paid_at", default=False, nullable=True),
    moment("closed_at", default=False, nullable=True),
    amount("version", 1),
    amount("refunded_cash", 0),
    amount("refunded_points", 0),
    flag("shipping_refunded", default=False),
    Column("disputed_from", Text),
    json("inputs", "{}"),
    flag("refund_waits", default=False),
    amount("untaken", 0),
    CheckConstraint(
        "state IN ('pending', 'paid', 'closed', 'expired', 'cancelled', 'part_refunded', 'refunded', 'disputed')"
    ),
    CheckConstraint("(state = 'disputed') = (disputed_from IS NOT NULL)"),
    CheckConstraint("disputed_from IN ('paid', 'closed', 'part_refunded')"),
    CheckConstraint("goods + shipping = total"),
    CheckConstraint("points + charge = total"),
    CheckConstraint("least(goods, shipping, points, charge, tax) >= 0"),
)

order_line: Final = Table(
    "shop_order_line",
    metadata,
    Column("order_id", Uuid, ForeignKey("shop_order.id"), nullable=False),
    Column("line_no", Integer, nullable=False),
    Column("product_id", Uuid, nullable=False),
    Column("variant_id", Uuid, nullable=False),
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    words("variant_name"),
    Column("picture", Text),
    Column("qty", Integer, nullable=False),
    Column("list", BigInteger, nullable=False),
    Column("unit", BigInteger, nullable=False),
    Column("sub", BigInteger, nullable=False),
    amount("discount", 0),
    Column("net", BigInteger, nullable=False),
    amount("points_part", 0),
    Column("cash", BigInteger, nullable=False),
    Column("tax_bp", Integer, nullable=False),
    flag("reduced", default=False),
    number("refunded_qty", 0),
    words("fulfil_state", "unfulfilled"),
    Column("shipment_id", Uuid),
    words("via"),
    PrimaryKeyConstraint("order_id", "line_no"),
    CheckConstraint("unit BETWEEN 0 AND list"),
    CheckConstraint("sub = unit * qty"),
    CheckConstraint("net = sub - discount"),
    CheckConstraint("cash = net - points_part"),
    CheckConstraint("least(sub, discount, net, points_part, cash) >= 0"),
    CheckConstraint("refunded_qty BETWEEN 0 AND qty"),
)

shipment: Final = Table(
    "shop_shipment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("order_id", Uuid, ForeignKey("shop_order.id"), nullable=False),
    Column("carrier", Text, nullable=False),
    Column("tracking_number", Text, nullable=False),
    moment("shipped_at"),
    moment("delivered_at", default=False, nullable=True),
    Column("created_by", Uuid),
    UniqueConstraint("order_id", "carrier", "tracking_number"),
)

order_event: Final = Table(
    "shop_order_event",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("order_id", Uuid, ForeignKey("shop_order.id"), nullable=False),
    Column("kind", Text, nullable=False),
    moment("at"),
    Column("actor_id", Uuid),
    words("actor_name"),
    json("data", "{}"),
)

order_note: Final = Table(
    "shop_order_note",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("order_id", Uuid, ForeignKey("shop_order.id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("author_id", Uuid),
    words("author_name"),
    moment("created_at"),
    CheckConstraint("length(body) BETWEEN 1 AND 2000"),
)

order_counter: Final = Table(
    "shop_order_counter",
    metadata,
    Column("prefix", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("prefix", "day"),
)

idempotency: Final = Table(
    "shop_idempotency",
    metadata,
    Column("actor_id", Uuid, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer),
    Column("body", JSONB),
    moment("created_at"),
    PrimaryKeyConstraint("actor_id", "key"),
)
