"""What applicants send and see."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise_shop.staff.products.schemas import Name, Text
from nakamise_shop.staff.shops.schemas import LEGAL_MAX, OnRequest

Legal = dict[str, Annotated[str, Meta(max_length=LEGAL_MAX)]]


class Apply(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``legal``: the mandatory items of the legal notice by name; the rest as in ``NewShop``."""

    name: Name
    slug: Annotated[str, Meta(min_length=1, max_length=60)]
    order_number_prefix: Annotated[str, Meta(max_length=8)] = ""
    introduction: Text = ""
    legal: Legal = {}
    on_request: OnRequest = []


class ApplyAgain(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """For what was rejected: its address and the prefix of its numbers stay. ``version`` is the one that was read."""

    version: int
    name: Name
    introduction: Text = ""
    legal: Legal = {}
    on_request: OnRequest | None = None


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """A shop that somebody applied for; ``state_reason`` says why it was rejected or suspended, else ""."""

    id: uuid.UUID
    name: str
    slug: str
    state: str
    state_reason: str
    applied_at: datetime
