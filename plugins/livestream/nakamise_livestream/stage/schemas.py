"""Guests as the host sees them, and as everybody does."""

from __future__ import annotations

import enum
import uuid
from typing import Annotated

import msgspec
from msgspec import Meta


class GuestState(enum.StrEnum):
    """``left``: may come back by the same link; ``removed``: the link opens nothing any more."""

    INVITED = "invited"
    ON_STAGE = "on_stage"
    LEFT = "left"
    REMOVED = "removed"


class GuestInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``name`` is what viewers read."""

    name: Annotated[str, Meta(max_length=40)]


class MutedInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on: bool


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """``seat`` is 1 to 3; the host has 0."""

    id: uuid.UUID
    seat: int
    name: str
    state: GuestState
    is_muted: bool


class NewGuest(Guest, frozen=True, kw_only=True):
    """``url`` is for the guest alone, and is not shown again."""

    url: str


class OnStage(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to be seen beside the host. ``is_muted``: nobody plays their sound."""

    seat: int
    name: str
    is_muted: bool


class StageNews(msgspec.Struct, frozen=True):
    """The room is told whenever it changes."""

    on_stage: list[OnStage]
