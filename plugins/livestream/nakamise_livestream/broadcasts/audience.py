"""How many watch, as lists and the monitoring show it: people in a broadcast's room, written down as they change."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import AsyncIterator
from typing import Final, NamedTuple

from nakamise.errors import Unavailable
from nakamise.plugin import Installation, Presence, TenantCtx
from nakamise_livestream.broadcasts import on_air
from nakamise_livestream.broadcasts.room import room_of

log: Final = logging.getLogger("nakamise.livestream")
# A room counts once a second; with this, lists follow within three seconds.
LOOK_S: Final = 1.5
# Everybody in a room asks to come in again after at most ten minutes.
_FORGET_S: Final = 660.0


class _Key(NamedTuple):
    tenant_id: uuid.UUID
    broadcast_id: uuid.UUID


class Audience:
    """Looks at the rooms into which this process lets people; the others are other processes' affair."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._until: dict[_Key, float] = {}
        self._noted: dict[_Key, Presence] = {}

    def watch(self, ctx: TenantCtx, broadcast_id: uuid.UUID) -> None:
        """Somebody may come in."""
        key = _Key(ctx.tenant.id, broadcast_id)
        self._until[key] = asyncio.get_running_loop().time() + _FORGET_S

    async def run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            for key in list(self._until):
                try:
                    await self._look(key)
                except Exception:
                    log.exception("the viewers of %s were not noted", key.broadcast_id)

    async def _look(self, key: _Key) -> None:
        ctx = self._installation.ctx(key.tenant_id, "livestream")
        if ctx is None or self._until[key] < asyncio.get_running_loop().time():
            self._until.pop(key)
            self._noted.pop(key, None)
            return
        there = await presence(ctx, key.broadcast_id)
        if there is None or there == self._noted.get(key):
            return
        # Who waits for the start is counted when it has begun.
        if await on_air.note_audience(ctx, key.broadcast_id, there):
            self._noted[key] = there


async def presence(ctx: TenantCtx, broadcast_id: uuid.UUID) -> Presence | None:
    """None while the rooms are away."""
    try:
        return await room_of(ctx, broadcast_id).presence()
    except Unavailable:
        return None


@contextlib.asynccontextmanager
async def open_audience(installation: Installation) -> AsyncIterator[Audience]:
    audience = Audience(installation)
    looking = asyncio.create_task(audience.run(), name="livestream-audience")
    try:
        yield audience
    finally:
        looking.cancel()
        await asyncio.wait([looking])
