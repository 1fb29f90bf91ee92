"""Recent orders on the buyer's own page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop.orders import repository
from nakamise_shop.orders.labels import words

SHOWN: Final = 3


async def recent_orders(ctx: TenantCtx, tx: Tx) -> Mapping[str, object] | None:
    if ctx.actor.user_id is None:
        return None
    orders = await repository.list_orders(tx, ctx.actor.user_id, None, 1, SHOWN)
    return {"orders": orders, "words": words(ctx.locale)}
