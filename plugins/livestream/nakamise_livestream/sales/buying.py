"""In which running broadcasts somebody is buying: the service ``contracts.live.LiveOffers``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from nakamise.contracts.live import LiveChoice, LiveOffers
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.sales import visitor
from nakamise_livestream.settings import LivestreamSettings

_AIR: Final = "b.state IN ('live', 'paused')"
_CHOICE: Final = (
    f"SELECT b.id, b.title, {_AIR} AS is_on_air, coalesce(b.started_at, b.scheduled_for) AS at"  # noqa: S608 (our own text)
    " FROM livestream_broadcast b"
)
_ON_AIR: Final = f"SELECT b.id FROM livestream_broadcast b WHERE b.id = ANY($1) AND {_AIR}"  # noqa: S608 (our own text)
_BOUGHT_IN: Final = f"""
SELECT DISTINCT i.broadcast_id FROM livestream_interest i
JOIN livestream_broadcast b ON b.id = i.broadcast_id AND {_AIR}
WHERE i.visitor = ANY($1::bytea[]) AND i.added_at > $2
"""  # noqa: S608 (our own text)
_TO_COME: Final = f"""
{_CHOICE} WHERE b.state IN ('scheduled', 'live', 'paused') OR b.id = $1
ORDER BY is_on_air DESC, at NULLS LAST, b.id LIMIT 200
"""


class Buying(LiveOffers):
    """By what the actor put into the cart while watching."""

    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def on_air(self, tx: Tx, broadcast_ids: Sequence[uuid.UUID]) -> frozenset[uuid.UUID]:
        return frozenset(await tx.values(_ON_AIR, list(broadcast_ids)))

    async def bought_in(self, tx: Tx) -> frozenset[uuid.UUID]:
        who = visitor.known(self._ctx)
        if not who:
            return frozenset()
        hours = self._ctx.settings(LivestreamSettings).attribution_hours
        return frozenset(await tx.values(_BOUGHT_IN, who, self._ctx.now() - timedelta(hours=hours)))

    async def choices(self, tx: Tx, chosen: uuid.UUID | None = None) -> Sequence[LiveChoice]:
        return await tx.all(LiveChoice, _TO_COME, chosen)

    async def named(self, tx: Tx, broadcast_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, LiveChoice]:
        found = await tx.all(LiveChoice, f"{_CHOICE} WHERE b.id = ANY($1)", list(broadcast_ids))
        return {one.id: one for one in found}


def live_offers(ctx: TenantCtx) -> Buying:
    return Buying(ctx)
