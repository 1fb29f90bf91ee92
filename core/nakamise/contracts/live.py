"""What happened to live broadcasts and to those who make them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

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
