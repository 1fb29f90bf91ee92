"""What pages and the API say of follows."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise.contracts.live import LiveBroadcaster
from nakamise.web import Paged


class FollowState(msgspec.Struct, frozen=True, kw_only=True):
    """How the actor stands to a broadcaster. ``followers`` counts everybody's follows."""

    broadcaster_id: uuid.UUID
    is_following: bool
    notify: bool
    is_own: bool
    followers: int


class SwitchInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether to be told when this broadcaster starts."""

    notify: bool


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A broadcaster whom the actor follows; ``broadcaster`` None: not to be seen at the moment."""

    broadcaster_id: uuid.UUID
    notify: bool
    since: datetime
    followers: int
    path: str
    broadcaster: LiveBroadcaster | None


class FollowedPage(Paged, frozen=True, kw_only=True):
    items: list[Followed]


class Follower(msgspec.Struct, frozen=True, kw_only=True):
    """``name`` is "" for somebody who is not known any more."""

    user_id: uuid.UUID
    name: str
    notify: bool
    since: datetime


class FollowerNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """``notified``: followers who want to be told of a start. ``latest``: when the newest came."""

    followers: int
    notified: int
    latest: datetime | None


class FollowerPage(Paged, frozen=True, kw_only=True):
    numbers: FollowerNumbers
    items: list[Follower]


class PageFilter(msgspec.Struct, frozen=True, kw_only=True):
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1
