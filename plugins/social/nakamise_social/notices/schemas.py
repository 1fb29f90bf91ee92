"""What pages and the API say of notifications."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from nakamise.web import Paged

Kind = Literal["order", "live", "follow", "gift", "news"]


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """What a story may name; ``carrier`` as the shop's contract names it."""

    name: str = ""
    title: str = ""
    number: str = ""
    carrier: str = ""
    tracking: str = ""


class NoticeRow(msgspec.Struct, frozen=True, kw_only=True):
    """As it is kept: ``story`` and ``params`` become words when somebody reads it."""

    id: uuid.UUID
    kind: Kind
    story: str
    params: Params
    path: str
    created_at: datetime
    read_at: datetime | None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """``title`` and ``text`` are in the reader's language; ``path`` is a page of the site."""

    id: uuid.UUID
    kind: Kind
    title: str
    text: str
    path: str
    at: datetime
    is_read: bool


class NoticeFilter(msgspec.Struct, frozen=True, kw_only=True):
    kind: Kind | None = None
    unread: bool = False
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1


class NoticePage(Paged, frozen=True, kw_only=True):
    """``unread`` counts everything that is not read; ``unread_by_kind`` has an entry for each kind with one."""

    items: list[Notice]
    unread: int
    unread_by_kind: dict[str, int]


class Unread(msgspec.Struct, frozen=True):
    unread: int


class Preferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``mail_live``: mails too when a broadcaster starts whose switch is on."""

    mail_live: bool


class StartTicket(msgspec.Struct, frozen=True):
    """The payload of the job that tells followers."""

    broadcast_id: uuid.UUID
