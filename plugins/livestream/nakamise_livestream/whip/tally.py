"""How much of a stream was watched, and what of it has been written down."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.media import Usage

_KNOW: Final = """
INSERT INTO livestream_metered (broadcast_id, meter) SELECT id, $2 FROM livestream_broadcast WHERE id = $1
ON CONFLICT (broadcast_id, meter) DO NOTHING
"""
_NOTED: Final = (
    "SELECT seconds, bytes FROM livestream_metered WHERE broadcast_id = $1 AND meter = $2 FOR UPDATE"
)
_NOTE: Final = "UPDATE livestream_metered SET seconds = $3, bytes = $4 WHERE broadcast_id = $1 AND meter = $2"
_ADD: Final = """
INSERT INTO livestream_watched (broadcast_id, hour, seconds, bytes)
VALUES ($1, date_trunc('hour', $2::timestamptz, 'UTC'), $3, $4)
ON CONFLICT (broadcast_id, hour) DO UPDATE
SET seconds = livestream_watched.seconds + excluded.seconds, bytes = livestream_watched.bytes + excluded.bytes
"""


class _Noted(msgspec.Struct, frozen=True):
    seconds: int
    bytes: int


class Tally:
    """What this process knows to be written down; the database knows better, and is asked when something grew."""

    def __init__(self) -> None:
        self._noted: dict[str, Usage] = {}

    async def note(self, ctx: TenantCtx, broadcast_id: uuid.UUID, usages: Iterable[Usage]) -> None:
        """However often it is told, and by whichever process: each second and each byte counts once."""
        grown = [usage for usage in usages if self._noted.get(usage.meter) != usage]
        if not grown:
            return
        async with ctx.begin() as tx:
            for usage in grown:
                await _note(ctx, tx, broadcast_id, usage)
        self._noted.update({usage.meter: usage for usage in grown})


async def _note(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, usage: Usage) -> None:
    await tx.execute(_KNOW, broadcast_id, usage.meter)
    noted = await tx.first(_Noted, _NOTED, broadcast_id, usage.meter)
    if noted is None:
        # There is no such broadcast any more.
        return
    seconds, size = max(usage.seconds, noted.seconds), max(usage.bytes, noted.bytes)
    await tx.execute(_NOTE, broadcast_id, usage.meter, seconds, size)
    await tx.execute(_ADD, broadcast_id, ctx.now(), seconds - noted.seconds, size - noted.bytes)
