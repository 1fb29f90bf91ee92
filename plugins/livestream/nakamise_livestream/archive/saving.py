"""Segments go to the tenant's object store as they are made."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Final

import msgspec

from nakamise.media import S3Away, StorageFull, delete_object, put_object
from nakamise.plugin import TenantCtx
from nakamise_livestream.archive import noting
from nakamise_livestream.archive.noting import Place, Saved
from nakamise_livestream.recording.fragments import Fragment, fragment
from nakamise_livestream.recording.picture import picture
from nakamise_livestream.recording.sound import Sound
from nakamise_livestream.recording.units import Segment

_log: Final = logging.getLogger("nakamise.livestream")
KIND: Final = "recording"
# With the first one, and then each half a minute: lists and staff see what is on now.
_POSTER_EVERY: Final = 8
# Segments wait meanwhile.
_AGAIN_S: Final = (1.0, 2.0, 4.0, 8.0)


class Saving:
    """One broadcast's recording goes on where it ended; one at a time for each broadcast."""

    def __init__(self, ctx: TenantCtx, broadcast_id: uuid.UUID) -> None:
        self._ctx = ctx
        self._id = broadcast_id
        self._place: Place | None = None
        self._sound = Sound()
        self._init = b""
        self._init_key = ""
        self._is_broken = False

    async def save(self, segment: Segment, has_audio: bool) -> bool:
        """False: the broadcast is not on the air (any more).

        What finds no room is lost, noted, and the recording goes on after it.
        """
        if self._place is None:
            self._place = await noting.place(self._ctx, self._id)
        segment = await asyncio.to_thread(self._sound.in_aac, segment)
        if self._is_broken:
            segment = msgspec.structs.replace(segment, is_discontinuous=True)
        try:
            is_wanted = await self._patiently(segment, has_audio, self._place)
        except StorageFull:
            return await self._lost(segment, "full")
        except S3Away:
            return await self._lost(segment, "away")
        self._is_broken = False
        return is_wanted

    async def _patiently(self, segment: Segment, has_audio: bool, place: Place) -> bool:
        for wait_s in _AGAIN_S:
            try:
                return await self._keep(segment, has_audio, place)
            except S3Away:
                await asyncio.sleep(wait_s)
        return await self._keep(segment, has_audio, place)

    async def _keep(self, segment: Segment, has_audio: bool, place: Place) -> bool:
        """Raises StorageFull, S3Away; nothing is kept then."""
        made = await asyncio.to_thread(_mux, segment, place, has_audio)
        is_new = segment.is_discontinuous or made.init != self._init
        init_key = await put_object(self._ctx, KIND, "mp4", made.init) if is_new else self._init_key
        dropped = [init_key] if is_new else []
        try:
            key = await put_object(self._ctx, KIND, "m4s", made.media)
            dropped.append(key)
            if await self._note(segment, place, key, init_key, len(made.media), is_new):
                dropped = []
        finally:
            for each in dropped:
                await delete_object(self._ctx, each)
        if dropped:
            return False
        self._init, self._init_key = made.init, init_key
        self._place = place.after(_us(segment.duration))
        if self._place.number % _POSTER_EVERY == 1:
            await self._show(segment)
        return True

    async def _note(
        self, segment: Segment, place: Place, key: str, init_key: str, size: int, is_new: bool
    ) -> bool:
        saved = Saved(
            number=place.number + 1,
            key=key,
            init_key=init_key,
            starts_us=place.until_us,
            duration_us=_us(segment.duration),
            bytes=size,
            is_discontinuous=is_new,
        )
        return await noting.note(self._ctx, self._id, self._moment(segment.begins), saved)

    async def _lost(self, segment: Segment, why: noting.Why) -> bool:
        _log.error("%.1f s of %s are not recorded: the object store is %s", segment.duration, self._id, why)
        self._is_broken = True
        begins = self._moment(segment.begins)
        return await noting.lost(self._ctx, self._id, begins, why, _us(segment.duration))

    async def _show(self, segment: Segment) -> None:
        """Its picture is the poster from now on; without room for it, it is not."""
        data = await asyncio.to_thread(picture, segment)
        if data is None:
            return
        try:
            key = await put_object(self._ctx, KIND, "webp", data)
        except (StorageFull, S3Away) as error:
            _log.warning("no poster for %s: %s", self._id, type(error).__name__)
            return
        former = await noting.poster(self._ctx, self._id, key)
        if former:
            await delete_object(self._ctx, former)

    def _moment(self, at: float) -> datetime:
        """On the installation's clock, which marks of products are on."""
        return self._ctx.now().astimezone(UTC) - timedelta(seconds=time.time() - at)


def _mux(segment: Segment, place: Place, has_audio: bool) -> Fragment:
    starts = Fraction(place.until_us, 1_000_000)
    return fragment(segment, starts=starts, number=place.number + 1, has_audio=has_audio)


def _us(seconds: float) -> int:
    return max(1, round(seconds * 1_000_000))
