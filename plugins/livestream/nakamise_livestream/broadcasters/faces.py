"""Broadcasters for other plugins: the service ``contracts.live.Broadcasters``."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.contracts.live import BroadcasterFace, Broadcasters, BroadcastLine
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasters import repository
from nakamise_livestream.broadcasters.schemas import PublicBroadcaster
from nakamise_livestream.broadcasts import lists
from nakamise_livestream.broadcasts.schemas import ListFilter, path_of

_ON_AIR: Final = (
    "SELECT id FROM livestream_broadcast WHERE broadcaster_id = $1 AND state IN ('live', 'paused')"
)


class LivestreamBroadcasters(Broadcasters):
    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def face(self, tx: Tx, broadcaster_id: uuid.UUID) -> BroadcasterFace | None:
        return await _face(tx, await repository.find_public(tx, broadcaster_id))

    async def face_of_user(self, tx: Tx, user_id: uuid.UUID) -> BroadcasterFace | None:
        found = await repository.find_of_user(tx, user_id)
        return await self.face(tx, found.id) if found is not None else None

    async def broadcasts(self, tx: Tx, broadcaster_id: uuid.UUID, limit: int) -> Sequence[BroadcastLine]:
        found = await lists.cards(self._ctx, tx, ListFilter(broadcaster=broadcaster_id))
        return [
            BroadcastLine(
                id=card.id,
                title=card.title,
                path=card.path,
                state=card.state,
                cover=card.cover,
                scheduled_for=card.scheduled_for,
                started_at=card.started_at,
                viewers_now=card.viewers_now,
            )
            for card in found.items[:limit]
        ]


async def _face(tx: Tx, found: PublicBroadcaster | None) -> BroadcasterFace | None:
    if found is None:
        return None
    on_air = await tx.value(_ON_AIR, found.id)
    live_path = path_of(on_air) if isinstance(on_air, uuid.UUID) else None
    return BroadcasterFace(**msgspec.structs.asdict(found), live_path=live_path)


def broadcasters(ctx: TenantCtx) -> LivestreamBroadcasters:
    return LivestreamBroadcasters(ctx)
