"""Interrupting a broadcast, and going on."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.contracts.live import BroadcastPaused, BroadcastResumed
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access, rows
from nakamise_livestream.broadcasts.news import audit, named, tell_state
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.words import DOMAIN

_PAUSE: Final = """
UPDATE livestream_broadcast SET state = 'paused', paused_at = $2, lost_at = NULL, updated_at = $2, version = version + 1
WHERE id = $1 AND state = 'live'
"""
# Whoever does not send when it goes on has the usual time to come back.
_RESUME: Final = """
UPDATE livestream_broadcast SET state = 'live', paused_at = NULL, updated_at = $2, version = version + 1,
    paused_s = paused_s + greatest(0, extract(epoch FROM $2::timestamptz - paused_at))::int,
    lost_at = CASE WHEN publishing THEN NULL ELSE $2::timestamptz END
WHERE id = $1 AND state = 'paused'
"""


async def pause(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> Broadcast:
    """Raises NotFound, Forbidden, Conflict."""
    await access.hosted(ctx, tx, broadcast_id)
    wrong = Conflict(N_("Only a broadcast that is live can be paused."), code="wrong_state", domain=DOMAIN)
    await tx.must_touch_one(wrong, _PAUSE, broadcast_id, ctx.now())
    after = await rows.get(tx, broadcast_id, ctx.locale)
    await audit(ctx, tx, "livestream.broadcast.paused", after)
    await ctx.publish(tx, BroadcastPaused(**named(after), at=ctx.now()))
    await tell_state(ctx, tx, after)
    return after


async def resume(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> Broadcast:
    """Raises NotFound, Forbidden, Conflict."""
    await access.hosted(ctx, tx, broadcast_id)
    wrong = Conflict(N_("It is not paused."), code="wrong_state", domain=DOMAIN)
    await tx.must_touch_one(wrong, _RESUME, broadcast_id, ctx.now())
    after = await rows.get(tx, broadcast_id, ctx.locale)
    await audit(ctx, tx, "livestream.broadcast.resumed", after)
    await ctx.publish(tx, BroadcastResumed(**named(after), at=ctx.now()))
    await tell_state(ctx, tx, after)
    return after
