"""How many watched a recording: everybody counts once."""

from __future__ import annotations

import time
import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import TooMany
from nakamise.plugin import TenantCtx
from nakamise_livestream.archive.watching import readable
from nakamise_livestream.broadcasts import access

# A guest's cookie is soon thrown away, an address is not: a family or an office shares one.
BURST: Final = 30.0
EVERY_S: Final = 60.0
KNOWN_MAX: Final = 20_000
_VIEWER: Final = """
INSERT INTO livestream_replay_viewer (broadcast_id, viewer) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""
_VIEW: Final = """
UPDATE livestream_recording SET views = views + 1 WHERE broadcast_id = $1 AND is_published AND deleted_at IS NULL
"""
# Of each address: how many it may count now, and when that was so.
_left: Final[dict[tuple[uuid.UUID, str], tuple[float, float]]] = {}


async def count(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, viewer: bytes) -> int:
    """Somebody began to watch; the views until now. Only others than the host, of published recordings, count.

    Raises NotFound, TooMany.
    """
    broadcast, recording = await readable(ctx, tx, broadcast_id)
    if broadcast.is_on_air or not recording.is_published or access.is_host(ctx, broadcast):
        return recording.views
    _take(ctx)
    if await tx.execute(_VIEWER, broadcast_id, viewer) == 0:
        return recording.views
    return recording.views + await tx.execute(_VIEW, broadcast_id)


def _take(ctx: TenantCtx) -> None:
    now, place = time.monotonic(), (ctx.tenant.id, ctx.http.client)
    if len(_left) >= KNOWN_MAX:
        _left.clear()
    left, at = _left.get(place, (BURST, now))
    left = min(BURST, left + (now - at) / EVERY_S)
    if left < 1:
        raise TooMany(round(EVERY_S))
    _left[place] = (left - 1, now)
