"""Approved broadcasters for other plugins: the service ``contracts.live.LiveBroadcasters``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from nakamise.contracts.live import LiveBroadcaster, LiveBroadcasters
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasters.repository import PUBLIC_FIELDS

_ON_AIR: Final = """
coalesce((SELECT '/livestream/' || x.id FROM livestream_broadcast x
          WHERE x.broadcaster_id = b.id AND x.state IN ('live', 'paused')), '') AS on_air_path
"""
_APPROVED: Final = f"""
SELECT {PUBLIC_FIELDS}, {_ON_AIR} FROM livestream_broadcaster b
WHERE b.state = 'approved' AND
"""  # noqa: S608 - our own text
_ID: Final = "SELECT id FROM livestream_broadcaster WHERE user_id = $1"


class Broadcasters(LiveBroadcasters):
    async def by_id(self, tx: Tx, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, LiveBroadcaster]:
        found = await tx.all(LiveBroadcaster, f"{_APPROVED} b.id = ANY($1)", list(ids))
        return {one.id: one for one in found}

    async def of_user(self, tx: Tx, user_id: uuid.UUID) -> LiveBroadcaster | None:
        return await tx.first(LiveBroadcaster, f"{_APPROVED} b.user_id = $1", user_id)

    async def id_of(self, tx: Tx, user_id: uuid.UUID) -> uuid.UUID | None:
        found: uuid.UUID | None = await tx.value(_ID, user_id)
        return found


def broadcasters(_ctx: TenantCtx) -> Broadcasters:
    return Broadcasters()
