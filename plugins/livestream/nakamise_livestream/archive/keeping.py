"""A host publishes and deletes recordings; what is deleted goes from the object store."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.media import delete_object
from nakamise.plugin import Span, TenantCtx
from nakamise.web import N_
from nakamise_livestream.archive.schemas import Archive
from nakamise_livestream.archive.watching import archive, parts
from nakamise_livestream.broadcasts import access
from nakamise_livestream.broadcasts.news import audit
from nakamise_livestream.words import DOMAIN

_PUBLISH: Final = """
UPDATE livestream_recording SET is_published = $2 WHERE broadcast_id = $1 AND deleted_at IS NULL
"""
_DELETE: Final = (
    "UPDATE livestream_recording SET deleted_at = $2 WHERE broadcast_id = $1 AND deleted_at IS NULL"
)
_DELETED: Final = """
SELECT r.broadcast_id FROM livestream_recording r WHERE r.deleted_at IS NOT NULL
    AND EXISTS (SELECT 1 FROM livestream_segment s WHERE s.broadcast_id = r.broadcast_id)
ORDER BY 1 LIMIT 20
"""
_FORGET_PART: Final = "DELETE FROM livestream_segment WHERE broadcast_id = $1 AND number = $2"
_BYTES: Final = "SELECT coalesce(sum(bytes), 0)::bigint FROM livestream_segment"


async def publish(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, *, on: bool) -> Archive:
    """Whether everybody may see it. Raises NotFound, Forbidden."""
    broadcast = await access.hosted(ctx, tx, broadcast_id)
    if await tx.execute(_PUBLISH, broadcast_id, on) != 1:
        raise NotFound
    await audit(ctx, tx, "archive_published" if on else "archive_hidden", broadcast)
    return await archive(ctx, tx, broadcast_id)


async def delete(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> None:
    """For ever. Raises NotFound, Forbidden, Conflict while it is on the air."""
    broadcast = await access.hosted(ctx, tx, broadcast_id)
    if broadcast.is_on_air:
        raise Conflict(N_("End the broadcast first."), code="on_air", domain=DOMAIN)
    if await tx.execute(_DELETE, broadcast_id, ctx.now()) != 1:
        raise NotFound
    await audit(ctx, tx, "archive_deleted", broadcast)


async def purge(ctx: TenantCtx) -> None:
    """The objects of deleted recordings; the rest next time when the store is away. Raises S3Away."""
    async with ctx.read() as tx:
        deleted = await tx.values(_DELETED)
    for broadcast_id in deleted:
        await _purge_one(ctx, broadcast_id)


async def _purge_one(ctx: TenantCtx, broadcast_id: uuid.UUID) -> None:
    """The recording's row stays: it says that there was one, and nothing is recorded into it any more."""
    async with ctx.read() as tx:
        found = await parts(tx, broadcast_id)
    for part in found:
        await delete_object(ctx, part.key)
        await delete_object(ctx, part.init_key)
        async with ctx.begin() as tx:
            await tx.execute(_FORGET_PART, broadcast_id, part.number)


async def bytes_kept(_ctx: TenantCtx, tx: Tx, _span: Span | None) -> int:
    """In the object store now."""
    return int(await tx.value(_BYTES) or 0)
