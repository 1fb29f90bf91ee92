"""Telling others that something happened: an event for plugins, a message for open pages. In the act's transaction."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Final, TypedDict

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import room
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.broadcasts.states import State

# Declared in the manifest; the last one is for staff only.
STATE: Final = "livestream.state"
PINNED: Final = "livestream.pinned"
NUMBERS: Final = "livestream.numbers"
SENDING: Final = "livestream.sending"


class StateNews(msgspec.Struct, frozen=True, kw_only=True):
    """``end_why`` and ``reason`` are there when it is over. ``by``: the broadcaster's name; ``sponsor``: whose
    advertising it is."""

    broadcast_id: uuid.UUID
    state: State
    title: str
    by: str
    at: datetime
    end_why: str = ""
    reason: str = ""
    is_sponsored: bool = False
    sponsor: str = ""


class PinNews(msgspec.Struct, frozen=True, kw_only=True):
    """``product_id`` None: nothing is shown any more. ``at``: the moment of the broadcast it belongs to."""

    broadcast_id: uuid.UUID
    product_id: uuid.UUID | None
    at: datetime


class ProductsNews(msgspec.Struct, frozen=True):
    """The list of products is another one now."""

    product_ids: list[uuid.UUID]


class NumberNews(msgspec.Struct, frozen=True, kw_only=True):
    broadcast_id: uuid.UUID
    viewers: int


class SendingNews(msgspec.Struct, frozen=True, kw_only=True):
    """Whether media arrives, for staff who watch over broadcasts."""

    broadcast_id: uuid.UUID
    publishing: bool
    lost_at: datetime | None = None


class Named(TypedDict):
    """What every event of a broadcast says."""

    broadcast_id: uuid.UUID
    broadcaster_id: uuid.UUID
    host_id: uuid.UUID | None
    broadcaster_name: str
    title: str
    path: str


def named(broadcast: Broadcast) -> Named:
    return {
        "broadcast_id": broadcast.id,
        "broadcaster_id": broadcast.broadcaster_id,
        "host_id": broadcast.host_id,
        "broadcaster_name": broadcast.broadcaster_name,
        "title": broadcast.title,
        "path": broadcast.path,
    }


async def tell_state(ctx: TenantCtx, tx: Tx, broadcast: Broadcast) -> None:
    """Pages show it within two seconds; outside of its room nobody is told of what was never announced."""
    news = StateNews(
        broadcast_id=broadcast.id,
        state=broadcast.state,
        title=broadcast.title,
        by=broadcast.broadcaster_name,
        at=ctx.now(),
        end_why=broadcast.end_why,
        reason=broadcast.end_reason,
        is_sponsored=broadcast.is_sponsored,
        sponsor=broadcast.sponsor,
    )
    room.tell(ctx, tx, broadcast.id, "state", news)
    if broadcast.started_at is not None or broadcast.scheduled_for is not None:
        await ctx.push(tx, STATE, news)


async def audit(ctx: TenantCtx, tx: Tx, act: str, broadcast: Broadcast, **detail: Any) -> None:
    await ctx.audit(tx, act, str(broadcast.id), title=broadcast.title, **detail)
