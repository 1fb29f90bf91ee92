"""A broadcast's cover picture."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.media import add_picture
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import access, rows
from nakamise_livestream.broadcasts.news import audit
from nakamise_livestream.broadcasts.schemas import Broadcast

KIND: Final = "broadcast-cover"
_SET: Final = (
    "UPDATE livestream_broadcast SET cover_id = $2, updated_at = $3, version = version + 1 WHERE id = $1"
)


async def put(ctx: TenantCtx, broadcast_id: uuid.UUID, data: bytes) -> Broadcast:
    """Raises NotFound, Forbidden, ImageRefused, ImagesBusy, StorageFull, LimitReached."""
    async with ctx.read() as tx:
        await access.hosted(ctx, tx, broadcast_id)
    media_id = await add_picture(ctx, data, KIND)
    async with ctx.begin() as tx:
        return await _set(ctx, tx, broadcast_id, media_id)


async def remove(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> Broadcast:
    """Raises NotFound, Forbidden."""
    return await _set(ctx, tx, broadcast_id, None)


async def _set(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, media_id: uuid.UUID | None) -> Broadcast:
    await access.hosted(ctx, tx, broadcast_id)
    await tx.execute(_SET, broadcast_id, media_id, ctx.now())
    after = await rows.get(tx, broadcast_id, ctx.locale)
    await audit(ctx, tx, "livestream.broadcast.cover", after, picture=str(media_id or ""))
    return after
