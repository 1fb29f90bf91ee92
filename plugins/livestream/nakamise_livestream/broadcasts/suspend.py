"""What becomes of the broadcasts of somebody who may not broadcast any more."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import cancel, end
from nakamise_livestream.broadcasts.states import EndWhy

_ON_AIR: Final = "SELECT id FROM livestream_broadcast WHERE broadcaster_id = $1 AND state IN ('live', 'paused') ORDER BY id"
_WAITING: Final = (
    "SELECT id FROM livestream_broadcast WHERE broadcaster_id = $1 AND state = 'scheduled' ORDER BY id"
)
_SERIES: Final = "UPDATE livestream_series SET is_on = false WHERE broadcaster_id = $1 AND is_on"


async def end_all_of(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID, reason: str) -> None:
    """Ends what runs with ``reason``, calls off what is planned, and stops what repeats."""
    for id_ in await tx.values(_ON_AIR, broadcaster_id):
        await end.settle(ctx, tx, id_, EndWhy.SUSPENDED, reason)
    for id_ in await tx.values(_WAITING, broadcaster_id):
        await cancel.settle(ctx, tx, id_, "")
    await tx.execute(_SERIES, broadcaster_id)
