"""The tables of the migrations."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata: Final = MetaData()


def _moment(name: str, *, now: bool = False, nullable: bool = True) -> Column[object]:
    default = text("now()") if now else None
    return Column(name, DateTime(timezone=True), nullable=nullable and not now, server_default=default)


def _flag(name: str, *, default: bool) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text(str(default).lower()))


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


def _coupon_id(*, cascade: bool = True) -> Column[object]:
    key = ForeignKey("coupons_coupon.id", ondelete="CASCADE" if cascade else None)
    return Column("coupon_id", Uuid, key, nullable=False)


coupon: Final = Table(
    "coupons_coupon",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("percent", Integer),
    Column("amount", BigInteger),
    Column("cap", BigInteger),
    Column("min_goods", BigInteger, nullable=False, server_default=text("0")),
    Column("total_limit", Integer),
    Column("user_limit", Integer),
    _count("used"),
    _moment("starts_at"),
    _moment("ends_at"),
    _flag("first_order_only", default=False),
    Column("broadcast_id", Uuid),
    Column("bearer", Text, nullable=False, server_default=text("'shop'")),
    _flag("is_batch", default=False),
    _flag("is_public", default=False),
    _flag("is_on", default=True),
    _moment("archived_at"),
    _moment("created_at", now=True),
    _moment("updated_at", now=True),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    Column("name_en", Text, nullable=False, server_default=text("''")),
    CheckConstraint("length(name) BETWEEN 1 AND 80"),
    CheckConstraint("length(name_en) <= 80"),
    CheckConstraint("kind IN ('percent', 'fixed', 'free_shipping')"),
    CheckConstraint("percent BETWEEN 1 AND 100"),
    CheckConstraint("amount >= 1"),
    CheckConstraint("cap >= 1"),
    CheckConstraint("min_goods >= 0"),
    CheckConstraint("total_limit >= 1"),
    CheckConstraint("user_limit >= 1"),
    CheckConstraint("used >= 0"),
    CheckConstraint("bearer IN ('shop', 'tenant', 'platform')"),
    CheckConstraint("(kind = 'percent') = (percent IS NOT NULL)"),
    CheckConstraint("(kind = 'fixed') = (amount IS NOT NULL)"),
    CheckConstraint("kind <> 'fixed' OR cap IS NULL"),
    CheckConstraint("ends_at >= starts_at"),
    CheckConstraint("used <= total_limit"),
    CheckConstraint("NOT (is_batch AND is_public)"),
)
Index("coupons_coupon_new", coupon.c.created_at.desc(), coupon.c.id)
scope: Final = Table(
    "coupons_scope",
    metadata,
    _coupon_id(),
    Column("kind", Text, nullable=False),
    Column("target_id", Uuid, nullable=False),
    PrimaryKeyConstraint("coupon_id", "kind", "target_id"),
    CheckConstraint("kind IN ('product', 'category', 'shop')"),
)
code: Final = Table(
    "coupons_code",
    metadata,
    Column("code", Text, primary_key=True),
    _coupon_id(),
    Column("uses_max", Integer),
    _count("used"),
    _moment("stopped_at"),
    _moment("created_at", now=True),
    CheckConstraint("code ~ '^[A-Z0-9-]{3,32}$'"),
    CheckConstraint("uses_max >= 1"),
    CheckConstraint("used >= 0"),
    CheckConstraint("used <= uses_max"),
)
Index("coupons_code_coupon", code.c.coupon_id, code.c.created_at, code.c.code)
person: Final = Table(
    "coupons_person",
    metadata,
    _coupon_id(),
    Column("user_id", Uuid, nullable=False),
    Column("used", Integer, nullable=False),
    PrimaryKeyConstraint("coupon_id", "user_id"),
    CheckConstraint("used >= 0"),
)
first: Final = Table(
    "coupons_first",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("purchase_id", Uuid, nullable=False, unique=True),
)
use: Final = Table(
    "coupons_use",
    metadata,
    Column("purchase_id", Uuid, primary_key=True),
    _coupon_id(cascade=False),
    Column("code", Text, nullable=False),
    Column("user_id", Uuid),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("bearer", Text, nullable=False),
    Column("order_numbers", ARRAY(Text), nullable=False),
    Column("open_orders", ARRAY(Uuid), nullable=False),
    _moment("used_at", nullable=False),
    _moment("reverted_at"),
    Column("sold", BigInteger, nullable=False, server_default=text("0")),
    Column("sums", JSONB),
    CheckConstraint("amount > 0"),
    CheckConstraint("sold >= 0"),
    CheckConstraint("bearer IN ('shop', 'tenant', 'platform')"),
    CheckConstraint("(reverted_at IS NULL) = (cardinality(open_orders) > 0)"),
)
Index("coupons_use_coupon", use.c.coupon_id, use.c.used_at.desc(), use.c.purchase_id)
Index("coupons_use_user", use.c.user_id, use.c.used_at.desc())
guess: Final = Table(
    "coupons_guess",
    metadata,
    Column("who", LargeBinary, primary_key=True),
    Column("tries", Integer, nullable=False),
    _moment("since", nullable=False),
    CheckConstraint("tries >= 0"),
)
