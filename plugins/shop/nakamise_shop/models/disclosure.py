"""Requests to know who a seller is: see migration 0011."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Table, Text, Uuid, text

from nakamise_shop.models.base import json, metadata, moment, words

disclosure: Final = Table(
    "shop_disclosure",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("order_id", Uuid, ForeignKey("shop_order.id"), nullable=False),
    Column("shop_id", Uuid, ForeignKey("shop_shop.id"), nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("claim", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    words("state", "open"),
    Column("due_on", Date, nullable=False),
    json("checks", "{}"),
    json("told", "{}"),
    words("answer"),
    words("decided_by"),
    moment("decided_at", default=False, nullable=True),
    moment("created_at"),
    Index("shop_disclosure_open", "order_id", unique=True, postgresql_where=text("state = 'open'")),
    Index("shop_disclosure_list", text("created_at DESC"), "id"),
)
