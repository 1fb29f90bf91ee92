"""What whoever carries the media tells us. Each is a transaction of its own and may come twice, late or too late.

The media plane calls these as the system (``ctx.as_system()``): ``publisher_arrived`` when a publisher's media
arrives, also after an interruption, ``publisher_lost`` when it does not any more, ``note_audience`` when
people came or went.
None of them raises for a broadcast that is over or unknown: the answer says whether it still counts.
"""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.plugin import Presence, TenantCtx
from nakamise_livestream.broadcasts import rows
from nakamise_livestream.broadcasts.access import may_publish
from nakamise_livestream.broadcasts.news import NUMBERS, SENDING, NumberNews, SendingNews
from nakamise_livestream.broadcasts.schemas import Broadcast

_ARRIVES: Final = """
UPDATE livestream_broadcast SET publishing = true, lost_at = NULL
WHERE id = $1 AND state IN ('scheduled', 'live', 'paused') AND (NOT publishing OR lost_at IS NOT NULL)
"""
# A pause may last: only what should be on the air is missed.
_MISSING: Final = """
UPDATE livestream_broadcast SET publishing = false, lost_at = CASE WHEN state = 'live' THEN $2::timestamptz END
WHERE id = $1 AND publishing
"""
_AUDIENCE: Final = """
UPDATE livestream_broadcast SET viewers_now = $2, viewers_peak = greatest(viewers_peak, $3),
    viewers_total = greatest(viewers_total, $4)
WHERE id = $1 AND state IN ('live', 'paused')
    AND (viewers_now <> $2 OR viewers_peak < $3 OR viewers_total < $4)
"""
_SHOWN: Final = """
SELECT viewers_now FROM livestream_broadcast WHERE id = $1 AND state IN ('live', 'paused') FOR UPDATE
"""


async def publisher_arrived(ctx: TenantCtx, broadcast_id: uuid.UUID) -> bool:
    """Media arrives, for the first time or again. It does not start the broadcast: the host does.

    False: nobody wants it (it is over, or was never there), cut it off.
    """
    async with ctx.begin() as tx:
        if await tx.execute(_ARRIVES, broadcast_id) == 1:
            await _tell(ctx, tx, broadcast_id)
        found = await rows.find(tx, broadcast_id)
    return found is not None and may_publish(found)


async def publisher_lost(ctx: TenantCtx, broadcast_id: uuid.UUID) -> None:
    """No media any more: it stopped for some seconds, or the publisher closed its session.

    The broadcast goes on, for hosts who only change devices come back; after ``lost_minutes`` it ends.
    """
    async with ctx.begin() as tx:
        if await tx.execute(_MISSING, broadcast_id, ctx.now()) == 1:
            await _tell(ctx, tx, broadcast_id)


async def note_audience(ctx: TenantCtx, broadcast_id: uuid.UUID, there: Presence) -> bool:
    """Open pages are told when the number of those who watch now changed. False: it is not on the air."""
    async with ctx.begin() as tx:
        before = await tx.value(_SHOWN, broadcast_id)
        if before is None:
            return False
        await tx.execute(_AUDIENCE, broadcast_id, there.now, max(there.now, there.peak), there.unique)
        if before != there.now:
            await ctx.push(tx, NUMBERS, NumberNews(broadcast_id=broadcast_id, viewers=there.now))
    return True


async def _tell(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> None:
    found: Broadcast = await rows.get(tx, broadcast_id)
    news = SendingNews(broadcast_id=broadcast_id, publishing=found.publishing, lost_at=found.lost_at)
    await ctx.push(tx, SENDING, news)
