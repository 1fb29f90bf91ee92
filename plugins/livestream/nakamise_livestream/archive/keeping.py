"""A host publishes and deletes recordings; what is deleted goes from the object store."""

from __future__ import annotations

import uuid
from datetime import timedelta
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
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.words import DOMAIN

# Also before there is anything to see: the host says it when the broadcast is planned.
_PUBLISH: Final = """
INSERT INTO livestream_recording AS r (broadcast_id, is_published, created_at) VALUES ($1, $2, $3)
ON CONFLICT (broadcast_id) DO UPDATE SET is_published = $2 WHERE r.deleted_at IS NULL
"""
_DELETE: Final = (
    "UPDATE livestream_recording SET deleted_at = $2 WHERE broadcast_id = $1 AND deleted_at IS NULL"
)
_OLD: Final = """
UPDATE livestream_recording r SET deleted_at = $1 FROM livestream_broadcast b
WHERE b.id = r.broadcast_id AND r.deleted_at IS NULL AND b.state = 'ended' AND b.ended_at < $2
"""
_OF_PERSON: Final = """
UPDATE livestream_recording r SET deleted_at = $2 FROM livestream_broadcast b, livestream_broadcaster p
WHERE b.id = r.broadcast_id AND p.id = b.broadcaster_id AND p.user_id = $1 AND r.deleted_at IS NULL
"""
_DELETED: Final = """
SELECT r.broadcast_id FROM livestream_recording r WHERE r.deleted_at IS NOT NULL
    AND (r.poster_key <> '' OR EXISTS (SELECT 1 FROM livestream_segment s WHERE s.broadcast_id = r.broadcast_id))
ORDER BY 1 LIMIT 20
"""
_POSTER: Final = "SELECT poster_key FROM livestream_recording WHERE broadcast_id = $1"
_FORGET_WORDS: Final = (
    "DELETE FROM livestream_chapter WHERE broadcast_id = $1",
    "DELETE FROM livestream_replay_viewer WHERE broadcast_id = $1",
    "UPDATE livestream_recording SET poster_key = '' WHERE broadcast_id = $1",
)
_FORGET_PART: Final = "DELETE FROM livestream_segment WHERE broadcast_id = $1 AND number = $2"
_BYTES: Final = "SELECT coalesce(sum(bytes), 0)::bigint FROM livestream_segment"


async def publish(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, *, on: bool) -> Archive:
    """Whether everybody may see it. Raises NotFound, Forbidden."""
    broadcast = await access.hosted(ctx, tx, broadcast_id)
    if await tx.execute(_PUBLISH, broadcast_id, on, ctx.now()) != 1:
        raise NotFound
    await audit(
        ctx,
        tx,
        "livestream.broadcast.archive_published" if on else "livestream.broadcast.archive_hidden",
        broadcast,
    )
    return await archive(ctx, tx, broadcast_id)


async def delete(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> None:
    """For ever. Raises NotFound, Forbidden, Conflict while it is on the air."""
    broadcast = await access.hosted(ctx, tx, broadcast_id)
    if broadcast.is_on_air:
        raise Conflict(N_("End the broadcast first."), code="on_air", domain=DOMAIN)
    if await tx.execute(_DELETE, broadcast_id, ctx.now()) != 1:
        raise NotFound
    await audit(ctx, tx, "livestream.broadcast.archive_deleted", broadcast)


async def delete_all_of(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    """Of somebody who is forgotten: face and voice go too."""
    return await tx.execute(_OF_PERSON, user_id, ctx.now())


async def delete_old(ctx: TenantCtx) -> None:
    """As the tenant's setting says."""
    days = ctx.settings(LivestreamSettings).archive_days
    if days:
        async with ctx.begin() as tx:
            await tx.execute(_OLD, ctx.now(), ctx.now() - timedelta(days=days))


async def purge(ctx: TenantCtx) -> None:
    """The objects of deleted recordings; the rest next time when the store is away. Raises S3Away."""
    await delete_old(ctx)
    async with ctx.read() as tx:
        deleted = await tx.values(_DELETED)
    for broadcast_id in deleted:
        await _purge_one(ctx, broadcast_id)


async def _purge_one(ctx: TenantCtx, broadcast_id: uuid.UUID) -> None:
    """The recording's row stays: it says that there was one, and nothing is recorded into it any more."""
    async with ctx.read() as tx:
        found = await parts(tx, broadcast_id)
        poster = await tx.value(_POSTER, broadcast_id)
    for part in found:
        await delete_object(ctx, part.key)
        await delete_object(ctx, part.init_key)
        async with ctx.begin() as tx:
            await tx.execute(_FORGET_PART, broadcast_id, part.number)
    if poster:
        await delete_object(ctx, poster)
    async with ctx.begin() as tx:
        for statement in _FORGET_WORDS:
            await tx.execute(statement, broadcast_id)


async def bytes_kept(_ctx: TenantCtx, tx: Tx, _span: Span | None) -> int:
    """In the object store now."""
    return int(await tx.value(_BYTES) or 0)
