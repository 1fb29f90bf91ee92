"""Telling that a broadcast is planned."""

from __future__ import annotations

from datetime import datetime

from nakamise.contracts.live import BroadcastScheduled
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts.news import named, tell_state
from nakamise_livestream.broadcasts.schemas import Broadcast


async def announce(ctx: TenantCtx, tx: Tx, made: Broadcast, before: datetime | None) -> None:
    """Followers learn of it by the event, open lists by the message."""
    if made.scheduled_for is None:
        return
    event = BroadcastScheduled(**named(made), scheduled_for=made.scheduled_for, before=before)
    await ctx.publish(tx, event)
    await tell_state(ctx, tx, made)
