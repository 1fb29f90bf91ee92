"""What pages and the API say of broadcasters."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from nakamise.media import Media
from nakamise.web import Paged

Name = Annotated[str, Meta(min_length=1, max_length=40)]
Bio = Annotated[str, Meta(max_length=500)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]


class BroadcasterState(enum.StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUSPENDED = "suspended"


class ApplicationInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``agree``: to the terms for broadcasters; without it there is no application."""

    name: Name
    bio: Bio = ""
    motive: Annotated[str, Meta(min_length=1, max_length=1000)]
    agree: bool = False


class ProfileInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``version`` is the one that was read."""

    name: Name
    bio: Bio = ""
    version: int


class ReasonInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shown to the person it is about."""

    reason: Reason


class Appointment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A user whom staff make a broadcaster without an application."""

    user_id: uuid.UUID
    name: Name


class Broadcaster(msgspec.Struct, frozen=True, kw_only=True):
    """As the person and staff see it. ``user_id`` None: the person was forgotten.

    ``state_reason`` is why it was rejected or suspended; ``broadcasts`` counts those that took place.
    """

    id: uuid.UUID
    user_id: uuid.UUID | None
    name: str
    bio: str
    motive: str
    state: BroadcasterState
    state_reason: str
    applied_at: datetime
    decided_at: datetime | None
    picture: Media | None
    banner: Media | None
    broadcasts: int
    version: int

    @property
    def is_approved(self) -> bool:
        return self.state is BroadcasterState.APPROVED


class PublicBroadcaster(msgspec.Struct, frozen=True, kw_only=True):
    """An approved broadcaster as everybody sees it; ``since``: the day of the application."""

    id: uuid.UUID
    user_id: uuid.UUID | None
    name: str
    bio: str
    since: datetime
    picture: Media | None
    banner: Media | None
    broadcasts: int


class StaffLine(Broadcaster, frozen=True, kw_only=True):
    """``email`` is "" when the person was forgotten."""

    email: str = ""


class StaffFilter(msgspec.Struct, frozen=True, kw_only=True):
    state: BroadcasterState | None = None
    q: Annotated[str, Meta(max_length=100)] = ""
    page: Annotated[int, Meta(ge=1, le=1000)] = 1


class StaffPage(Paged, frozen=True, kw_only=True):
    """``counts`` by state, of everything that matches ``q``."""

    items: list[StaffLine]
    counts: dict[str, int]


PictureKind = Literal["picture", "banner"]
