"""Segments go to the tenant's object store as they are made."""

from __future__ import annotations

import asyncio
import time
import uuid
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Final

import msgspec

from nakamise.media import delete_object, put_object
from nakamise.plugin import TenantCtx
from nakamise_livestream.recording.fragments import Fragment, fragment
from nakamise_livestream.recording.units import Segment

# Rehearsals and pauses are not recorded, also not by whoever looked a moment ago.
_SHOWN: Final = """
SELECT id FROM livestream_broadcast WHERE id = $1 AND started_at <= $2
    AND (state = 'live' OR (state = 'paused' AND paused_at > $2) OR (state = 'ended' AND ended_at > $2))
"""
_RECORDING: Final = f"""
INSERT INTO livestream_recording (broadcast_id, created_at) SELECT s.id, $2 FROM ({_SHOWN}) s
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
KIND: Final = "recording"


class _Place(msgspec.Struct, frozen=True):
    number: int = 0
    until_us: int = 0


class Saving:
    """One broadcast's recording goes on where it ended; one at a time for each broadcast."""

    def __init__(self, ctx: TenantCtx, broadcast_id: uuid.UUID) -> None:
        self._ctx = ctx
        self._id = broadcast_id
        self._place: _Place | None = None
        self._init = b""
        self._init_key = ""

    async def save(self, segment: Segment, has_audio: bool) -> bool:
        """False: the broadcast is not on the air (any more). Raises StorageFull and S3Away; nothing is kept then."""
        if self._place is None:
            async with self._ctx.read() as tx:
                self._place = await tx.first(_Place, _LAST, self._id) or _Place()
        place = self._place
        made = await asyncio.to_thread(_mux, segment, place, has_audio)
        is_new = segment.is_discontinuous or made.init != self._init
        if is_new:
            self._init = made.init
            self._init_key = await put_object(self._ctx, KIND, "mp4", made.init)
        key = await put_object(self._ctx, KIND, "m4s", made.media)
        duration_us = _us(segment.duration)
        if not await self._note(segment, key, len(made.media), duration_us, is_new):
            await self._drop(key, self._init_key if is_new else None)
            return False
        self._place = _Place(place.number + 1, place.until_us + duration_us)
        return True

    async def _drop(self, *keys: str | None) -> None:
        for key in keys:
            if key:
                await delete_object(self._ctx, key)

    async def _note(self, segment: Segment, key: str, size: int, duration_us: int, is_new: bool) -> bool:
        place = self._place or _Place()
        begins = self._moment(segment.begins)
        async with self._ctx.begin() as tx:
            await tx.execute(_RECORDING, self._id, begins)
            row = (place.number + 1, key, self._init_key, place.until_us, duration_us, size, is_new)
            return await tx.execute(_SEGMENT, self._id, begins, *row) == 1

    def _moment(self, at: float) -> datetime:
        """On the installation's clock, which marks of products are on."""
        return self._ctx.now().astimezone(UTC) - timedelta(seconds=time.time() - at)


def _mux(segment: Segment, place: _Place, has_audio: bool) -> Fragment:
    starts = Fraction(place.until_us, 1_000_000)
    return fragment(segment, starts=starts, number=place.number + 1, has_audio=has_audio)


def _us(seconds: float) -> int:
    return max(1, round(seconds * 1_000_000))
