"""More time for one broadcast than the tenant allows in general."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import rows
from nakamise_livestream.broadcasts.news import audit
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.rights import MANAGE

_SET: Final = (
    "UPDATE livestream_broadcast SET max_minutes = $2, updated_at = $3, version = version + 1 WHERE id = $1"
)


async def set_limit(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, minutes: int | None) -> Broadcast:
    """By staff; None = the tenant's limit again. Raises Forbidden, NotFound."""
    ctx.require(MANAGE)
    await tx.must_touch_one(NotFound(), _SET, broadcast_id, minutes, ctx.now())
    after = await rows.get(tx, broadcast_id, ctx.locale)
    await audit(ctx, tx, "livestream.broadcast.limit", after, minutes=minutes)
    return after
