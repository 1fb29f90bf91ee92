"""How much of a stream was watched, and what of it has been written down."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.plugin import TenantCtx
from nakamise_livestream.media import StreamStats, ViewerLeft

_ADD: Final = """
INSERT INTO livestream_watched (broadcast_id, hour, seconds, bytes)
SELECT id, date_trunc('hour', $2::timestamptz, 'UTC'), $3, $4 FROM livestream_broadcast WHERE id = $1
ON CONFLICT (broadcast_id, hour) DO UPDATE
SET seconds = livestream_watched.seconds + excluded.seconds, bytes = livestream_watched.bytes + excluded.bytes
"""


class Tally(msgspec.Struct):
    """``left_*`` of viewers who have gone; ``noted_*`` is in the database."""

    viewers: int = 0
    left_s: float = 0.0
    left_bytes: int = 0
    noted_s: int = 0
    noted_bytes: int = 0

    def left(self, event: ViewerLeft) -> None:
        self.viewers = event.viewers
        self.left_s += event.seconds
        self.left_bytes += event.bytes


async def note(ctx: TenantCtx, broadcast_id: uuid.UUID, tally: Tally, stats: StreamStats | None) -> None:
    """``stats`` None: the stream is over, and everybody has left it."""
    seconds = max(int(stats.viewer_seconds if stats else 0), int(tally.left_s))
    size = max(stats.bytes_out if stats else 0, tally.left_bytes)
    more_s, more_bytes = seconds - tally.noted_s, size - tally.noted_bytes
    if more_s > 0 or more_bytes > 0:
        async with ctx.begin() as tx:
            await tx.execute(_ADD, broadcast_id, ctx.now(), max(0, more_s), max(0, more_bytes))
        tally.noted_s, tally.noted_bytes = max(seconds, tally.noted_s), max(size, tally.noted_bytes)
