"""Noting what somebody taps in a broadcast, and puts into the cart there."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import watching
from nakamise_livestream.sales.schemas import InterestInput

# Far above what fingers do: a script's taps cannot grow a number for ever.
MOST: Final = 1000
# Of products of the broadcast only.
_NOTE: Final = """
INSERT INTO livestream_interest AS i (id, broadcast_id, product_id, visitor, clicks, adds, first_at, added_at)
SELECT $1, broadcast_id, product_id, $4, $5, $6, $7, CASE WHEN $6 > 0 THEN $7::timestamptz END
FROM livestream_product WHERE broadcast_id = $2 AND product_id = $3
ON CONFLICT (broadcast_id, product_id, visitor) DO UPDATE SET clicks = least(i.clicks + excluded.clicks, $8),
    adds = least(i.adds + excluded.adds, $8), added_at = coalesce(excluded.added_at, i.added_at)
"""


async def note(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, visitor: bytes, given: InterestInput) -> None:
    """Raises NotFound also for a product that is not of this broadcast."""
    await watching.visible(ctx, tx, broadcast_id)
    clicks, adds = (1, 0) if given.act == "open" else (0, 1)
    values = (uuid7(), broadcast_id, given.product_id, visitor, clicks, adds, ctx.now(), MOST)
    if await tx.execute(_NOTE, *values) != 1:
        raise NotFound
