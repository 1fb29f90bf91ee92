"""What pages and the API read and write of broadcasts. Times are UTC; amounts are tax-included, minor units."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from nakamise.contracts.catalog import CatalogProduct
from nakamise.media import Media
from nakamise.web import Paged
from nakamise_livestream.broadcasts.states import ON_AIR, State

TITLE_MAX = 100
DESCRIPTION_MAX = 500
Title = Annotated[str, Meta(min_length=1, max_length=TITLE_MAX)]
Description = Annotated[str, Meta(max_length=DESCRIPTION_MAX)]


class BroadcastInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``scheduled_for`` None: not announced, to be started whenever the host likes."""

    title: Title
    description: Description = ""
    category_id: uuid.UUID | None = None
    scheduled_for: Annotated[datetime, Meta(tz=True)] | None = None


class NewBroadcast(BroadcastInput, frozen=True, kw_only=True):
    """``weekly``: again every week at the same wall time, up to ``until`` (None = until it is stopped)."""

    weekly: bool = False
    until: Annotated[datetime, Meta(tz=True)] | None = None


class BroadcastChange(BroadcastInput, frozen=True, kw_only=True):
    """``version`` is the one that was read."""

    version: int


class _Placed:
    """What has an id and a state stands at a place of the site."""

    __slots__ = ()
    id: uuid.UUID
    state: State

    @property
    def is_on_air(self) -> bool:
        return self.state in ON_AIR

    @property
    def path(self) -> str:
        """Its page on the site."""
        return path_of(self.id)


class _Pictured(_Placed):
    """``poster``: which picture of the recording is at `poster_path_of`, "" without one."""

    __slots__ = ()
    poster: str

    @property
    def poster_path(self) -> str:
        return poster_path_of(self.id, self.poster) if self.poster else ""


class Broadcast(_Pictured, msgspec.Struct, frozen=True, kw_only=True):
    """One broadcast as its host, its moderators and staff see it.

    ``scheduled_for`` None: not announced. ``rehearsing_since``: media runs for staff only. ``paused_s`` are the
    whole seconds of finished pauses. ``end_why`` as in ``states.EndWhy``, also ``cancelled`` and ``expired``;
    ``end_reason`` is what somebody wrote. ``limit_minutes``: when it ends by itself; None = the tenant's limit.
    ``publishing``: media arrives now; ``lost_at``: since when it does not, while it should. ``label_locked``: the
    host may not take the PR label off. ``pinned_id``: the product that is shown now.
    ``poster``: which picture of the recording is at `poster_path_of`, "" without one.
    """

    id: uuid.UUID
    broadcaster_id: uuid.UUID
    host_id: uuid.UUID | None
    broadcaster_name: str
    broadcaster_picture: Media | None
    title: str
    description: str
    category_id: uuid.UUID | None
    category_name: str | None
    cover: Media | None
    state: State
    scheduled_for: datetime | None
    series_id: uuid.UUID | None
    rehearsing_since: datetime | None
    started_at: datetime | None
    paused_at: datetime | None
    paused_s: int
    ended_at: datetime | None
    end_why: str
    end_reason: str
    limit_minutes: int | None
    is_sponsored: bool
    sponsor: str
    label_locked: bool
    run_item_id: uuid.UUID | None
    publishing: bool
    lost_at: datetime | None
    viewers_now: int
    viewers_peak: int
    viewers_total: int
    poster: str
    pinned_id: uuid.UUID | None
    has_key: bool
    version: int


def path_of(broadcast_id: uuid.UUID) -> str:
    return f"/livestream/{broadcast_id}"


def poster_path_of(broadcast_id: uuid.UUID, poster: str) -> str:
    return f"{path_of(broadcast_id)}/hls/poster.webp?{poster}"


class Card(_Pictured, msgspec.Struct, frozen=True, kw_only=True):
    """One broadcast in a list that everybody may see. ``poster`` as in `Broadcast`."""

    id: uuid.UUID
    title: str
    state: State
    broadcaster_id: uuid.UUID
    broadcaster_name: str
    broadcaster_picture: Media | None
    category_name: str | None
    cover: Media | None
    scheduled_for: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    viewers_now: int
    viewers_total: int
    is_sponsored: bool
    poster: str
    product_count: int


class Status(enum.StrEnum):
    """What a list can be narrowed to. ``live`` has those that are paused too."""

    LIVE = "live"
    SCHEDULED = "scheduled"
    ENDED = "ended"


class ListFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``status`` None: on the air first, then announced, then past."""

    status: Status | None = None
    category: str | None = None
    broadcaster: uuid.UUID | None = None
    q: Annotated[str, Meta(max_length=100)] = ""
    page: Annotated[int, Meta(ge=1, le=1000)] = 1


class CardPage(Paged, frozen=True, kw_only=True):
    """``counts`` by ``Status``, of everything else that the filter says."""

    items: list[Card]
    counts: dict[str, int]


class OwnFilter(msgspec.Struct, frozen=True, kw_only=True):
    """A host's history; ``state`` None = all."""

    state: State | None = None
    page: Annotated[int, Meta(ge=1, le=1000)] = 1


class OwnPage(Paged, frozen=True, kw_only=True):
    """``counts`` by state."""

    items: list[Broadcast]
    counts: dict[str, int]


class MonitorFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``lost``: only those whose picture is missing."""

    state: State | None = None
    lost: bool = False
    q: Annotated[str, Meta(max_length=100)] = ""
    page: Annotated[int, Meta(ge=1, le=1000)] = 1


class PublicBroadcast(_Placed, msgspec.Struct, frozen=True, kw_only=True):
    """One broadcast as everybody sees it. ``products`` in the host's order, as they are now.

    ``end_reason`` is there for one that staff ended. ``may_watch``: this reader gets the media now.
    """

    id: uuid.UUID
    title: str
    description: str
    state: State
    broadcaster_id: uuid.UUID
    broadcaster_name: str
    broadcaster_picture: Media | None
    category_id: uuid.UUID | None
    category_name: str | None
    cover: Media | None
    scheduled_for: datetime | None
    started_at: datetime | None
    paused_at: datetime | None
    ended_at: datetime | None
    end_why: str
    end_reason: str
    is_sponsored: bool
    sponsor: str
    viewers_now: int
    viewers_peak: int
    viewers_total: int
    pinned_id: uuid.UUID | None
    products: list[CatalogProduct]
    may_watch: bool
    may_moderate: bool
    has_reminder: bool


class StartInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the host's check of devices and line passed, or they went on without it; it is on record."""

    check: Literal["passed", "waived"] = "waived"


class CancelInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``reason`` goes to those who wanted to come."""

    reason: Annotated[str, Meta(max_length=500)] = ""


class SwitchInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on: bool


class LabelInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The PR label (advertising that viewers must be told of). ``sponsor``: whose."""

    is_sponsored: bool = False
    sponsor: Annotated[str, Meta(max_length=100)] = ""


class StaffLabelInput(LabelInput, frozen=True, forbid_unknown_fields=True):
    """``locked``: the host cannot take it off."""

    locked: bool = False


class LimitInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """None: the tenant's limit."""

    minutes: Annotated[int, Meta(ge=1, le=2880)] | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list."""

    page: int
    size: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size
