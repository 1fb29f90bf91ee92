"""Requests for what a notice keeps: see migration 0025."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from nakamise_shop.models.base import metadata, moment, words

notice_request: Final = Table(
    "shop_notice_request",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", Uuid, ForeignKey("shop_shop.id"), nullable=False),
    Column("email", Text, nullable=False),
    words("name"),
    Column("locale", Text, nullable=False),
    Column("told", JSONB, CheckConstraint("told <> '{}'"), nullable=False),
    Column("mail_id", Uuid, nullable=False),
    moment("sent_at", default=False, nullable=True),
    words("helped_by"),
    moment("helped_at", default=False, nullable=True),
    moment("created_at"),
    CheckConstraint("(helped_by = '') = (helped_at IS NULL)"),
    CheckConstraint("email <> '' OR name = ''"),
    Index("shop_notice_request_list", text("created_at DESC"), "id"),
    Index("shop_notice_request_email", text("lower(email)"), postgresql_where=text("email <> ''")),
)

notice_try: Final = Table(
    "shop_notice_try",
    metadata,
    Column("who", LargeBinary, primary_key=True),
    Column("tries", Integer, CheckConstraint("tries > 0"), nullable=False),
    moment("since", default=False),
)
