"""How many were there and how much was said, minute by minute."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Unavailable
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import access, on_air
from nakamise_livestream.broadcasts.room import room_of
from nakamise_livestream.chat.schemas import Minute

_ON_AIR: Final = "SELECT id FROM livestream_broadcast WHERE state IN ('live', 'paused')"
_NOTE: Final = """
INSERT INTO livestream_minute AS m (broadcast_id, minute, viewers, peak, visitors, reactions)
VALUES ($1, date_trunc('minute', $2::timestamptz), $3, $4, $5, $6)
ON CONFLICT (broadcast_id, minute) DO UPDATE SET viewers = excluded.viewers, peak = greatest(m.peak, excluded.peak),
    visitors = greatest(m.visitors, excluded.visitors), reactions = greatest(m.reactions, excluded.reactions)
"""
_MINUTES: Final = """
WITH said AS (
    SELECT date_trunc('minute', said_at) AS minute, count(*)::int AS comments FROM livestream_comment
    WHERE broadcast_id = $1 GROUP BY 1
)
SELECT coalesce(m.minute, s.minute) AS minute, coalesce(m.viewers, 0) AS viewers, coalesce(m.peak, 0) AS peak,
    coalesce(m.visitors, 0) AS visitors, coalesce(m.reactions, 0) AS reactions, coalesce(s.comments, 0) AS comments
FROM (SELECT minute, viewers, peak, visitors, reactions FROM livestream_minute WHERE broadcast_id = $1) m
FULL JOIN said s ON s.minute = m.minute ORDER BY 1
"""


async def note_minutes(ctx: TenantCtx) -> None:
    """Once a minute for everything on the air. While the rooms are away the minute stays without a number."""
    async with ctx.read() as tx:
        ids = await tx.values(_ON_AIR)
    for broadcast_id in ids:
        await _note(ctx, broadcast_id)


async def _note(ctx: TenantCtx, broadcast_id: uuid.UUID) -> None:
    room = room_of(ctx, broadcast_id)
    try:
        there, reactions = await room.presence(), await room.reactions()
    except Unavailable:
        return
    row = (there.now, there.peak, there.unique, sum(reactions.values()))
    async with ctx.begin() as tx:
        await tx.execute(_NOTE, broadcast_id, ctx.now(), *row)
    # Also after a restart, when nobody came back who would be noticed.
    await on_air.note_audience(ctx, broadcast_id, there)


async def minutes(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> list[Minute]:
    """In order; a minute in which nothing was noted or said is left out. Raises NotFound, Forbidden."""
    await access.moderated(ctx, tx, broadcast_id)
    return await tx.all(Minute, _MINUTES, broadcast_id)
