"""Who may see which recording, and what is in it."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise_livestream.archive import playlist
from nakamise_livestream.archive.schemas import Archive, Part
from nakamise_livestream.broadcasts import access, pins, rows
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.broadcasts.states import State

_RECORDING: Final = """
SELECT is_published, views FROM livestream_recording WHERE broadcast_id = $1 AND deleted_at IS NULL
"""
_FIELDS: Final = "number, key, init_key, begins_at, starts_us, duration_us, bytes, is_discontinuous"
_PARTS: Final = f"SELECT {_FIELDS} FROM livestream_segment WHERE broadcast_id = $1 ORDER BY number"  # noqa: S608
_PART: Final = f"SELECT {_FIELDS} FROM livestream_segment WHERE broadcast_id = $1 AND number = $2"  # noqa: S608
_VIEW: Final = """
UPDATE livestream_recording SET views = views + 1 WHERE broadcast_id = $1 AND is_published AND deleted_at IS NULL
"""


class Recording(msgspec.Struct, frozen=True):
    is_published: bool
    views: int


async def archive(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> Archive:
    """Raises NotFound as `readable`."""
    broadcast, recording = await readable(ctx, tx, broadcast_id)
    found = await parts(tx, broadcast_id)
    return Archive(
        broadcast_id=broadcast_id,
        playlist=f"{broadcast.path}/hls/index.m3u8",
        duration_s=playlist.duration_us(found) / 1_000_000,
        is_complete=broadcast.state is State.ENDED,
        is_published=recording.is_published,
        views=recording.views,
        bytes=sum(part.bytes for part in found),
        chapters=playlist.chapters(await pins.story(tx, broadcast_id), found),
    )


async def readable(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> tuple[Broadcast, Recording]:
    """Everybody's while it is on the air and once it is published; else of whoever may moderate it.

    Raises NotFound, also before anything was recorded.
    """
    broadcast = await rows.get(tx, broadcast_id, ctx.locale)
    recording = await tx.first(Recording, _RECORDING, broadcast_id)
    if recording is None:
        raise NotFound
    is_open = broadcast.is_on_air or recording.is_published
    if is_open and await access.is_public(tx, broadcast):
        return broadcast, recording
    if await access.may_moderate(ctx, tx, broadcast):
        return broadcast, recording
    raise NotFound


async def parts(tx: Tx, broadcast_id: uuid.UUID) -> list[Part]:
    return await tx.all(Part, _PARTS, broadcast_id)


async def part(tx: Tx, broadcast_id: uuid.UUID, number: int) -> Part:
    """Raises NotFound."""
    found = await tx.first(Part, _PART, broadcast_id, number)
    if found is None:
        raise NotFound
    return found


async def count_view(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> int:
    """Somebody began to watch; the views until now. Only those of published recordings count. Raises NotFound."""
    broadcast, recording = await readable(ctx, tx, broadcast_id)
    if broadcast.is_on_air:
        return recording.views
    return recording.views + await tx.execute(_VIEW, broadcast_id)
