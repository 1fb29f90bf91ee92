"""Who publishes at a media server that tells nothing: remembered, so that the end of a broadcast can cut it."""

from __future__ import annotations

import contextlib
import uuid
from typing import Final

from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import on_air
from nakamise_livestream.media import MediaEngine, SessionGone
from nakamise_livestream.whip import streams

_PUT: Final = """
INSERT INTO livestream_publication (broadcast_id, session, published_at) VALUES ($1, $2, $3)
ON CONFLICT (broadcast_id) DO UPDATE SET session = excluded.session, published_at = excluded.published_at
"""
_GET: Final = "SELECT session FROM livestream_publication WHERE broadcast_id = $1"
_FORGET: Final = "DELETE FROM livestream_publication WHERE broadcast_id = $1 AND session = $2"


async def remember(ctx: TenantCtx, broadcast_id: uuid.UUID, session: str) -> None:
    async with ctx.begin() as tx:
        sealed = streams.seal(ctx, "publisher", broadcast_id, session)
        await tx.execute(_PUT, broadcast_id, sealed, ctx.now())
    await on_air.publisher_arrived(ctx, broadcast_id)


async def left(ctx: TenantCtx, broadcast_id: uuid.UUID, session: str) -> None:
    """Its publisher said goodbye; nothing happens for one that was replaced since."""
    sealed = await _sealed(ctx, broadcast_id)
    if sealed is None or streams.unseal(ctx, "publisher", broadcast_id, sealed) != session:
        return
    async with ctx.begin() as tx:
        await tx.execute(_FORGET, broadcast_id, sealed)
    await on_air.publisher_lost(ctx, broadcast_id)


async def cut(ctx: TenantCtx, broadcast_id: uuid.UUID, engine: MediaEngine) -> None:
    """Raises EngineAway."""
    sealed = await _sealed(ctx, broadcast_id)
    if sealed is None:
        return
    # It may have left by itself.
    with contextlib.suppress(SessionGone):
        await engine.close(streams.unseal(ctx, "publisher", broadcast_id, sealed))
    async with ctx.begin() as tx:
        await tx.execute(_FORGET, broadcast_id, sealed)


async def _sealed(ctx: TenantCtx, broadcast_id: uuid.UUID) -> str | None:
    async with ctx.read() as tx:
        found = await tx.value(_GET, broadcast_id)
    return found if isinstance(found, str) else None
