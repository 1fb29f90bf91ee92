"""Deliveries as staff and programs see them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

JOB: Final = "webhooks.deliver"
PAGE_SIZE: Final = 25
State = Literal["waiting", "delivered", "dead"]
Headers = list[tuple[str, str]]


class Ticket(msgspec.Struct, frozen=True):
    """A job's payload; older tickets of a delivery do nothing."""

    delivery_id: uuid.UUID
    ticket: int


class LogFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``q`` looks into topic, message id and body; ``state`` "" = all."""

    q: Annotated[str, Meta(max_length=100)] = ""
    state: Literal["", "waiting", "delivered", "dead"] = ""
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log. ``tries`` are of the present round; ``last_error`` is a reason word or ""."""

    id: uuid.UUID
    endpoint_id: uuid.UUID
    event_id: uuid.UUID
    url: str
    topic: str
    state: State
    tries: int
    last_status: int | None
    last_error: str
    next_at: datetime | None
    created_at: datetime
    settled_at: datetime | None


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """``page`` counts from 1; ``counts`` are by state, whatever state was asked for."""

    items: list[Row]
    total: int
    page: int
    page_count: int
    counts: dict[str, int]


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """``status`` None: no answer, and ``error`` says why. ``is_cut``: the answer was longer than is kept."""

    id: uuid.UUID
    at: datetime
    ms: int
    status: int | None
    error: str
    request_headers: Headers
    answer_headers: Headers
    answer_body: str
    is_cut: bool


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """``message_id`` as receivers get it; ``attempts`` newest first, at most 50."""

    row: Row
    message_id: str
    body: str
    attempts: list[Attempt]


class ReplayInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Everything that failed and was written at or after ``since``."""

    since: datetime


class Replayed(msgspec.Struct, frozen=True):
    count: int
