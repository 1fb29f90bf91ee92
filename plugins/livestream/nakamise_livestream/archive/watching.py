"""Who may see which recording, and what is in it."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise_livestream.archive import chapters, playlist
from nakamise_livestream.archive.schemas import Archive, Part, Trouble, Window
from nakamise_livestream.broadcasts import access, pins, rows
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.broadcasts.states import State

_RECORDING: Final = """
SELECT is_published, views, poster_key, trouble, lost_us, has_chapters FROM livestream_recording
WHERE broadcast_id = $1 AND deleted_at IS NULL
"""
_FIELDS: Final = "number, key, init_key, begins_at, starts_us, duration_us, bytes, is_discontinuous"
_PARTS: Final = f"SELECT {_FIELDS} FROM livestream_segment WHERE broadcast_id = $1 ORDER BY number"  # noqa: S608
_PART: Final = f"SELECT {_FIELDS} FROM livestream_segment WHERE broadcast_id = $1 AND number = $2"  # noqa: S608
_NEWEST: Final = f"""
SELECT {_FIELDS} FROM livestream_segment WHERE broadcast_id = $1 ORDER BY number DESC LIMIT $2
"""  # noqa: S608 - our own text
_SO_FAR: Final = """
SELECT coalesce(max(duration_us), 0) AS longest_us,
    count(*) FILTER (WHERE is_discontinuous AND number > 1 AND number < $2)::int AS breaks
FROM livestream_segment WHERE broadcast_id = $1
"""
WINDOW: Final = 8
"""Segments of a live playlist: half a minute."""


class Recording(msgspec.Struct, frozen=True):
    is_published: bool
    views: int
    poster_key: str
    trouble: Trouble
    lost_us: int
    has_chapters: bool


class _SoFar(msgspec.Struct, frozen=True):
    longest_us: int
    breaks: int


async def archive(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> Archive:
    """Raises NotFound as `readable`."""
    broadcast, recording = await readable(ctx, tx, broadcast_id)
    found = await parts(tx, broadcast_id)
    marks = playlist.marks(await pins.story(tx, broadcast_id), found)
    own = recording.has_chapters
    return Archive(
        broadcast_id=broadcast_id,
        playlist=f"{broadcast.path}/hls/index.m3u8",
        poster=f"{broadcast.path}/hls/poster.webp" if recording.poster_key else "",
        duration_s=playlist.duration_us(found) / 1_000_000,
        is_complete=broadcast.state is State.ENDED,
        is_published=recording.is_published,
        views=recording.views,
        bytes=sum(part.bytes for part in found),
        marks=marks,
        chapters=await chapters.of_host(tx, broadcast_id) if own else await chapters.of_marks(ctx, tx, marks),
        lost_s=recording.lost_us / 1_000_000,
        trouble=recording.trouble,
    )


async def readable(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> tuple[Broadcast, Recording]:
    """Everybody's while it is on the air and once it is published; else of whoever may moderate it.

    Raises NotFound, also before anything was recorded.
    """
    broadcast = await rows.get(tx, broadcast_id, ctx.locale)
    recording = await tx.first(Recording, _RECORDING, broadcast_id)
    if recording is None:
        raise NotFound
    if await is_open(tx, broadcast, recording) or await access.may_moderate(ctx, tx, broadcast):
        return broadcast, recording
    raise NotFound


async def is_open(tx: Tx, broadcast: Broadcast, recording: Recording) -> bool:
    """Whether everybody may see it: caches between them and us may keep it then."""
    return (broadcast.is_on_air or recording.is_published) and await access.is_public(tx, broadcast)


async def parts(tx: Tx, broadcast_id: uuid.UUID) -> list[Part]:
    return await tx.all(Part, _PARTS, broadcast_id)


async def window(tx: Tx, broadcast_id: uuid.UUID) -> Window:
    newest = await tx.all(Part, _NEWEST, broadcast_id, WINDOW)
    first = newest[-1].number if newest else 1
    so_far = await tx.first(_SoFar, _SO_FAR, broadcast_id, first) or _SoFar(0, 0)
    return Window(parts=newest[::-1], longest_us=so_far.longest_us, breaks_before=so_far.breaks)


async def part(tx: Tx, broadcast_id: uuid.UUID, number: int) -> Part:
    """Raises NotFound."""
    found = await tx.first(Part, _PART, broadcast_id, number)
    if found is None:
        raise NotFound
    return found
