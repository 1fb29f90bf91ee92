"""What is known of a recording while it is made."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final, Literal

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import room
from nakamise_livestream.settings import LivestreamSettings

Why = Literal["full", "away"]
# Rehearsals and pauses are not recorded, also not by whoever looked a moment ago.
_SHOWN: Final = """
SELECT id FROM livestream_broadcast WHERE id = $1 AND started_at <= $2
    AND (state = 'live' OR (state = 'paused' AND paused_at > $2) OR (state = 'ended' AND ended_at > $2))
"""
_RECORDING: Final = f"""
INSERT INTO livestream_recording (broadcast_id, created_at, is_published) SELECT s.id, $2, $3 FROM ({_SHOWN}) s
ON CONFLICT (broadcast_id) DO NOTHING
"""  # noqa: S608 - our own text
_SEGMENT: Final = f"""
INSERT INTO livestream_segment
    (broadcast_id, number, key, init_key, begins_at, starts_us, duration_us, bytes, is_discontinuous)
SELECT s.id, $3, $4, $5, $2, $6, $7, $8, $9 FROM ({_SHOWN}) s
WHERE EXISTS (SELECT 1 FROM livestream_recording r WHERE r.broadcast_id = s.id AND r.deleted_at IS NULL)
"""  # noqa: S608 - our own text
_LAST: Final = """
SELECT number, starts_us + duration_us AS until_us FROM livestream_segment WHERE broadcast_id = $1
ORDER BY number DESC LIMIT 1
"""
_TROUBLE: Final = """
UPDATE livestream_recording SET trouble = $2 WHERE broadcast_id = $1 AND trouble <> $2
"""
_LOST: Final = """
UPDATE livestream_recording SET lost_us = lost_us + $2 WHERE broadcast_id = $1 AND deleted_at IS NULL
"""
_POSTER: Final = """
UPDATE livestream_recording r SET poster_key = $2
FROM (SELECT broadcast_id, poster_key FROM livestream_recording WHERE broadcast_id = $1 FOR UPDATE) f
WHERE r.broadcast_id = f.broadcast_id RETURNING f.poster_key
"""


class RecordingNews(msgspec.Struct, frozen=True):
    """``trouble``: nothing is saved at the moment, for this reason; "": it is saved."""

    trouble: str


class Place(msgspec.Struct, frozen=True):
    """The last segment, and where it ends."""

    number: int = 0
    until_us: int = 0

    def after(self, duration_us: int) -> Place:
        return Place(self.number + 1, self.until_us + duration_us)


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    key: str
    init_key: str
    starts_us: int
    duration_us: int
    bytes: int
    is_discontinuous: bool


async def place(ctx: TenantCtx, broadcast_id: uuid.UUID) -> Place:
    async with ctx.read() as tx:
        return await tx.first(Place, _LAST, broadcast_id) or Place()


async def note(ctx: TenantCtx, broadcast_id: uuid.UUID, begins: datetime, saved: Saved) -> bool:
    """False: the broadcast is not on the air (any more), or its recording was deleted."""
    is_published = ctx.settings(LivestreamSettings).archive_publish
    async with ctx.begin() as tx:
        await tx.execute(_RECORDING, broadcast_id, begins, is_published)
        if await tx.execute(_SEGMENT, broadcast_id, begins, *msgspec.structs.astuple(saved)) != 1:
            return False
        if await tx.execute(_TROUBLE, broadcast_id, "") == 1:
            _tell(ctx, tx, broadcast_id, "")
    return True


async def lost(ctx: TenantCtx, broadcast_id: uuid.UUID, begins: datetime, why: Why, lost_us: int) -> bool:
    """False as `note`."""
    is_published = ctx.settings(LivestreamSettings).archive_publish
    async with ctx.begin() as tx:
        await tx.execute(_RECORDING, broadcast_id, begins, is_published)
        is_wanted = await tx.execute(_LOST, broadcast_id, lost_us) == 1
        if is_wanted and await tx.execute(_TROUBLE, broadcast_id, why) == 1:
            _tell(ctx, tx, broadcast_id, why)
    return is_wanted


def _tell(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, trouble: str) -> None:
    """The host, moderators and staff."""
    room.room_of(ctx, broadcast_id).announce(tx, "recording", RecordingNews(trouble), staff=True)


async def poster(ctx: TenantCtx, broadcast_id: uuid.UUID, key: str) -> str:
    """The key of the one before, or ""."""
    async with ctx.begin() as tx:
        return str(await tx.value(_POSTER, broadcast_id, key) or "")
