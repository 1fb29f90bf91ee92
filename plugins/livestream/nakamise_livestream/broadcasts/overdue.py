"""Ending what has been on the air for too long, and what nobody sends any more."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts.end import settle, tell_host
from nakamise_livestream.broadcasts.states import EndWhy
from nakamise_livestream.settings import LivestreamSettings

_TOO_LONG: Final = """
SELECT id FROM livestream_broadcast WHERE state IN ('live', 'paused')
AND started_at <= $1::timestamptz - make_interval(mins => coalesce(max_minutes, $2)) ORDER BY id
"""
_LOST: Final = "SELECT id FROM livestream_broadcast WHERE state = 'live' AND lost_at <= $1 ORDER BY id"


# Whoever came back in the meantime goes on.
_STILL_LOST: Final = (
    "SELECT 1 FROM livestream_broadcast WHERE id = $1 AND state = 'live' AND lost_at <= $2 FOR UPDATE"
)


async def end_overdue(ctx: TenantCtx) -> None:
    """Each in a transaction of its own, with a mail to the host."""
    async with ctx.read() as tx:
        most = ctx.settings(LivestreamSettings).max_minutes
        too_long = await tx.values(_TOO_LONG, ctx.now(), most)
        lost = await tx.values(_LOST, _missing_since(ctx))
    for id_ in too_long:
        await _end(ctx, id_, EndWhy.MAX_DURATION)
    for id_ in lost:
        await _end(ctx, id_, EndWhy.LOST)


async def _end(ctx: TenantCtx, broadcast_id: uuid.UUID, why: EndWhy) -> None:
    async with ctx.begin() as tx:
        if why is EndWhy.LOST and await tx.value(_STILL_LOST, broadcast_id, _missing_since(ctx)) is None:
            return
        if ended := await settle(ctx, tx, broadcast_id, why):
            await tell_host(ctx, tx, ended)


def _missing_since(ctx: TenantCtx) -> datetime:
    """Whoever has been away since then does not come back."""
    return ctx.now() - timedelta(minutes=ctx.settings(LivestreamSettings).lost_minutes)
