"""A broadcaster's picture and banner."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.media import add_picture
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasters.apply import require_approved
from nakamise_livestream.broadcasters.schemas import PictureKind

_SET: Final = {
    "picture": "UPDATE livestream_broadcaster SET picture_id = $2, updated_at = $3 WHERE id = $1",
    "banner": "UPDATE livestream_broadcaster SET banner_id = $2, updated_at = $3 WHERE id = $1",
}


async def put(ctx: TenantCtx, which: PictureKind, data: bytes) -> uuid.UUID:
    """Raises Unauthenticated, Forbidden, ImageRefused, ImagesBusy, StorageFull, LimitReached."""
    async with ctx.read() as tx:
        one = await require_approved(ctx, tx)
    media_id = await add_picture(ctx, data, f"broadcaster-{which}", owner_id=one.id)
    async with ctx.begin() as tx:
        await _set(ctx, tx, one.id, which, media_id)
    return media_id


async def remove(ctx: TenantCtx, tx: Tx, which: PictureKind) -> None:
    """Raises Unauthenticated, Forbidden."""
    await _set(ctx, tx, (await require_approved(ctx, tx)).id, which, None)


async def _set(
    ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID, which: PictureKind, media_id: uuid.UUID | None
) -> None:
    await tx.execute(_SET[which], broadcaster_id, media_id, ctx.now())
    await ctx.audit(
        tx, "livestream.broadcaster.picture", str(broadcaster_id), which=which, picture=str(media_id or "")
    )
