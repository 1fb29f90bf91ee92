"""Live broadcasts and those who make them: what happened to them, and what other plugins may ask."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
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


class LiveBroadcaster(msgspec.Struct, frozen=True, kw_only=True):
    """An approved broadcaster as everybody sees it.

    ``since``: when they applied; ``broadcasts`` counts those that took place; ``on_air_path`` is the page of the
    one that runs now, or "".
    """

    id: uuid.UUID
    user_id: uuid.UUID | None
    name: str
    bio: str
    since: datetime
    picture: Media | None
    banner: Media | None
    broadcasts: int
    on_air_path: str


class LiveBroadcasters(Protocol):
    """``ctx.optional_service(LiveBroadcasters)``: None where nobody broadcasts."""

    async def by_id(self, tx: Tx, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, LiveBroadcaster]:
        """Who is not approved, suspended or gone is missing."""
        ...

    async def of_user(self, tx: Tx, user_id: uuid.UUID) -> LiveBroadcaster | None:
        """None unless approved."""
        ...

    async def id_of(self, tx: Tx, user_id: uuid.UUID) -> uuid.UUID | None:
        """Of whoever ever applied, in whatever state: for what must be found to be forgotten."""
        ...


class Followers(Protocol):
    """``ctx.optional_service(Followers)``: the one source of these numbers; None where nobody can follow."""

    async def counts(self, tx: Tx, broadcaster_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
        """For each of ``broadcaster_ids``, 0 too."""
        ...

    async def profile_paths(self, tx: Tx, broadcaster_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, str]:
        """For each of ``broadcaster_ids`` the page of their profile."""
        ...


class LiveReports(Protocol):
    """``ctx.optional_service(LiveReports)``: what viewers reported; None where nobody can report anything."""

    async def open_counts(self, tx: Tx, broadcast_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
        """How many reports of each wait for a decision; what has none may be missing."""
        ...


class LiveChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A broadcast that an offer can be bound to; ``at``: when it began or is announced for."""

    id: uuid.UUID
    title: str
    is_on_air: bool
    at: datetime | None


class LiveOffers(Protocol):
    """``ctx.optional_service(LiveOffers)``: for offers that hold during a broadcast only; None where there are none."""

    async def on_air(self, tx: Tx, broadcast_ids: Sequence[uuid.UUID]) -> frozenset[uuid.UUID]:
        """Those of ``broadcast_ids`` that run now, paused ones too."""
        ...

    async def bought_in(self, tx: Tx) -> frozenset[uuid.UUID]:
        """The broadcasts that run now and in which the actor, a guest too, put something into the cart."""
        ...

    async def choices(self, tx: Tx, chosen: uuid.UUID | None = None) -> Sequence[LiveChoice]:
        """For staff: what runs and what is to come, the nearest first; ``chosen`` too, whatever became of it."""
        ...

    async def named(self, tx: Tx, broadcast_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, LiveChoice]:
        """Also those that are over; what is gone is missing."""
        ...


class AttributedSale(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an order that a broadcast brought: the last one in which the buyer put the product into the cart.

    ``amount`` is tax-included, after discounts, without shipping; ``visitor`` a digest that nothing leads back
    from, "" where it is not known. Also of orders that were not paid, or cancelled.
    """

    order_id: uuid.UUID
    broadcast_id: uuid.UUID
    title: str
    broadcaster_id: uuid.UUID
    broadcaster_name: str
    product_id: uuid.UUID
    quantity: int
    amount: int
    visitor: str | None


class BroadcastAudience(msgspec.Struct, frozen=True, kw_only=True):
    """People, each counted once: who watched, tapped a product, put one into the cart, ordered it. Each step counts
    only those of the step before."""

    broadcast_id: uuid.UUID
    viewers: int
    tapped: int
    carted: int
    ordered: int


class LiveSales(Protocol):
    """``ctx.optional_service(LiveSales)``: None where nobody broadcasts."""

    async def sales(self, tx: Tx, since: datetime, until: datetime) -> Sequence[AttributedSale]:
        """Of orders that were placed from ``since`` until just before ``until``, in that order."""
        ...

    async def sales_in(self, tx: Tx, broadcast_ids: Sequence[uuid.UUID]) -> Sequence[AttributedSale]:
        """Of these broadcasts, whenever they were placed."""
        ...

    async def audiences(
        self, tx: Tx, broadcast_ids: Sequence[uuid.UUID], product_id: uuid.UUID | None = None
    ) -> Sequence[BroadcastAudience]:
        """Of the whole broadcasts, or of one product in them."""
        ...
