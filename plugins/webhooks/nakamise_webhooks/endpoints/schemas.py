"""What staff and programs read and write."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

ENDPOINTS_MAX: Final = 20
OffWhy = Literal["", "staff", "gone", "failing"]


class EndpointInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``topics`` empty: every event, also of plugins that are switched on later."""

    url: Annotated[str, Meta(min_length=8, max_length=2000)]
    description: Annotated[str, Meta(max_length=200)] = ""
    topics: Annotated[list[str], Meta(max_length=200)] = []


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """``waiting`` and ``dead`` count deliveries; ``old_secret_until``: the former secret signs too until then."""

    id: uuid.UUID
    url: str
    description: str
    topics: list[str]
    is_on: bool
    off_why: OffWhy
    failing_since: datetime | None
    old_secret_until: datetime | None
    created_at: datetime
    delivered: int = 0
    waiting: int = 0
    dead: int = 0
    last_at: datetime | None = None


class EndpointWithSecret(msgspec.Struct, frozen=True, kw_only=True):
    """``secret`` is not shown again."""

    endpoint: Endpoint
    secret: str
