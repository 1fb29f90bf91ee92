"""Trying out before the start: media runs, and only staff and moderators see it."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access, rows
from nakamise_livestream.broadcasts.news import audit
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.words import DOMAIN

_SET: Final = """
UPDATE livestream_broadcast SET rehearsing_since = CASE WHEN $2::bool THEN coalesce(rehearsing_since, $3::timestamptz) END,
    updated_at = $3, version = version + 1
WHERE id = $1 AND state = 'scheduled'
"""


async def rehearse(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, *, on: bool) -> Broadcast:
    """Raises NotFound, Forbidden, Conflict once it has started."""
    await access.hosted(ctx, tx, broadcast_id)
    wrong = Conflict(N_("A rehearsal is before the start only."), code="wrong_state", domain=DOMAIN)
    await tx.must_touch_one(wrong, _SET, broadcast_id, on, ctx.now())
    after = await rows.get(tx, broadcast_id, ctx.locale)
    await audit(ctx, tx, "livestream.broadcast.rehearsal", after, on=on)
    return after
