"""Calling off what has not started, and giving up what nobody started."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from nakamise.contracts.live import BroadcastCancelled, BroadcastExpired
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access, reminders, rows
from nakamise_livestream.broadcasts.news import audit, named, tell_state
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.words import DOMAIN

_CANCEL: Final = """
UPDATE livestream_broadcast SET state = 'cancelled', ended_at = $2, end_why = 'cancelled', end_reason = $3,
    ended_by_user_id = $4, rehearsing_since = NULL, publishing = false, updated_at = $2, version = version + 1
WHERE id = $1 AND state = 'scheduled'
"""
_EXPIRE: Final = """
UPDATE livestream_broadcast SET state = 'expired', ended_at = $1, end_why = 'expired', rehearsing_since = NULL,
    publishing = false, updated_at = $1, version = version + 1
WHERE state = 'scheduled' AND scheduled_for <= $2 RETURNING id
"""


async def cancel(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, reason: str = "") -> Broadcast:
    """Followers learn of it by the event; who asked to be reminded gets a mail with ``reason``.

    Raises NotFound, Forbidden, Conflict once it has started.
    """
    await access.hosted(ctx, tx, broadcast_id)
    after = await settle(ctx, tx, broadcast_id, reason)
    if after is None:
        message = N_("It cannot be cancelled any more.")
        raise Conflict(message, code="wrong_state", domain=DOMAIN)
    return after


async def settle(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, reason: str) -> Broadcast | None:
    """None when it is not waiting to start (any more). Asks for no permission."""
    if await tx.execute(_CANCEL, broadcast_id, ctx.now(), reason, ctx.actor.user_id) != 1:
        return None
    after = await rows.get(tx, broadcast_id, ctx.locale)
    await audit(ctx, tx, "livestream.broadcast.cancelled", after, reason=reason)
    event = BroadcastCancelled(**named(after), scheduled_for=after.scheduled_for, reason=reason)
    await ctx.publish(tx, event)
    await tell_state(ctx, tx, after)
    await reminders.tell_cancelled(ctx, tx, after)
    return after


async def expire_due(ctx: TenantCtx) -> None:
    """What was announced and not started within the time of grace."""
    grace = timedelta(minutes=ctx.settings(LivestreamSettings).expire_minutes)
    async with ctx.begin() as tx:
        for id_ in await tx.values(_EXPIRE, ctx.now(), ctx.now() - grace):
            after = await rows.get(tx, id_)
            await audit(ctx, tx, "livestream.broadcast.expired", after)
            if after.scheduled_for is not None:
                await ctx.publish(tx, BroadcastExpired(**named(after), scheduled_for=after.scheduled_for))
            await tell_state(ctx, tx, after)
