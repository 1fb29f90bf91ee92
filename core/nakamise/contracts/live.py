"""Live broadcasts and those who make them: what happened to them, and what other plugins may ask."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Protocol

import msgspec

from nakamise.db import Tx
from nakamise.media import Media
from nakamise.plugin.events import Event


class BroadcastEvent(Event, frozen=True, kw_only=True):
    """What all events of broadcasts have; those of one broadcast come in order.

    ``host_id`` is the user behind the broadcaster, None when that person was forgotten. ``path`` is the
    broadcast's page on the site.
    """

    broadcast_id: uuid.UUID
    broadcaster_id: uuid.UUID
    host_id: uuid.UUID | None
    broadcaster_name: str
    title: str
    path: str

    def order_key(self) -> str:
        return str(self.broadcast_id)


class BroadcastScheduled(BroadcastEvent, frozen=True, kw_only=True):
    """Announced for ``scheduled_for``; again whenever that changes, with ``before`` as it was."""

    topic: ClassVar[str] = "livestream.scheduled.1"
    scheduled_for: datetime
    before: datetime | None = None


class BroadcastCancelled(BroadcastEvent, frozen=True, kw_only=True):
    """Will not take place. ``scheduled_for`` None: it had not been announced."""

    topic: ClassVar[str] = "livestream.cancelled.1"
    scheduled_for: datetime | None
    reason: str = ""


class BroadcastExpired(BroadcastEvent, frozen=True, kw_only=True):
    """Was announced and not started."""

    topic: ClassVar[str] = "livestream.expired.1"
    scheduled_for: datetime


class BroadcastStarted(BroadcastEvent, frozen=True, kw_only=True):
    """On the air."""

    topic: ClassVar[str] = "livestream.started.1"
    at: datetime


class BroadcastPaused(BroadcastEvent, frozen=True, kw_only=True):
    """The host interrupted it."""

    topic: ClassVar[str] = "livestream.paused.1"
    at: datetime


class BroadcastResumed(BroadcastEvent, frozen=True, kw_only=True):
    """The host goes on."""

    topic: ClassVar[str] = "livestream.resumed.1"
    at: datetime


class BroadcastEnded(BroadcastEvent, frozen=True, kw_only=True):
    """``why``: host, forced, suspended, max_duration, lost. ``reason``: what staff wrote."""

    topic: ClassVar[str] = "livestream.ended.1"
    at: datetime
    started_at: datetime
    why: str
    reason: str = ""
    viewers_peak: int = 0
    viewers_total: int = 0


class ProductPinned(BroadcastEvent, frozen=True, kw_only=True):
    """``product_id`` is the one that is shown now."""

    topic: ClassVar[str] = "livestream.product_pinned.1"
    product_id: uuid.UUID
    at: datetime


class BroadcasterDecided(Event, frozen=True, kw_only=True):
    """``state``: approved, rejected, suspended. ``reason``: what staff wrote."""

    topic: ClassVar[str] = "livestream.broadcaster_decided.1"
    broadcaster_id: uuid.UUID
    user_id: uuid.UUID | None
    state: str
    reason: str = ""

    def order_key(self) -> str:
        return str(self.broadcaster_id)


class BroadcasterFace(msgspec.Struct, frozen=True, kw_only=True):
    """An approved broadcaster as everybody sees them.

    ``user_id`` None: the person was forgotten. ``since``: when they applied. ``broadcasts`` counts those that took
    place. ``live_path``: the page of the one that is on the air now.
    """

    id: uuid.UUID
    user_id: uuid.UUID | None
    name: str
    bio: str
    since: datetime
    picture: Media | None
    banner: Media | None
    broadcasts: int
    live_path: str | None


class BroadcastLine(msgspec.Struct, frozen=True, kw_only=True):
    """A broadcast that everybody may see. ``state``: scheduled, live, paused, ended."""

    id: uuid.UUID
    title: str
    path: str
    state: str
    cover: Media | None
    scheduled_for: datetime | None
    started_at: datetime | None
    viewers_now: int


class Broadcasters(Protocol):
    """``ctx.optional_service(Broadcasters)``: None where nobody broadcasts. Who is not approved is not there."""

    async def face(self, tx: Tx, broadcaster_id: uuid.UUID) -> BroadcasterFace | None: ...

    async def face_of_user(self, tx: Tx, user_id: uuid.UUID) -> BroadcasterFace | None: ...

    async def broadcasts(self, tx: Tx, broadcaster_id: uuid.UUID, limit: int) -> Sequence[BroadcastLine]:
        """On the air first, then the next to come, then the latest that took place."""
        ...
