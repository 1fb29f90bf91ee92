"""What went back of orders: see migrations 0007, 0015 and 0016."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, Uuid

from nakamise_shop.models.base import amount, metadata, moment, number, words

refund: Final = Table(
    "shop_refund",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("order_id", Uuid, ForeignKey("shop_order.id"), nullable=False),
    Column("idem", Uuid, nullable=False, unique=True),
    amount("shipping", 0),
    Column("cash", BigInteger, nullable=False),
    Column("tender", BigInteger, nullable=False),
    amount("deduction", 0),
    Column("is_last", Boolean, nullable=False),
    words("reason"),
    Column("actor_id", Uuid),
    words("actor_name"),
    moment("at"),
    amount("postage", 0),
    amount("untaken", 0),
)

refund_line: Final = Table(
    "shop_refund_line",
    metadata,
    Column("refund_id", Uuid, ForeignKey("shop_refund.id"), nullable=False),
    Column("line_no", Integer, nullable=False),
    Column("qty", Integer, nullable=False),
    number("restock", 0),
    Column("cash", BigInteger, nullable=False),
    Column("tender", BigInteger, nullable=False),
    PrimaryKeyConstraint("refund_id", "line_no"),
)
