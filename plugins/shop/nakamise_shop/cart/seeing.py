"""What a buyer saw as the price when putting something into the cart, with the reductions of that moment."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop.cart.repository import LineRow
from nakamise_shop.catalog.lowered import Piece, lowered

_SEEN: Final = "UPDATE shop_cart_line SET seen_unit = $3 WHERE cart_id = $1 AND variant_id = $2"


async def note(ctx: TenantCtx, tx: Tx, cart_id: uuid.UUID, row: LineRow) -> None:
    """Only a lowered price is kept: without it ``seen_price`` says everything."""
    piece = Piece(row.variant_id, row.product_id, row.shop_id, row.price, row)
    found = (await lowered(ctx, tx, [piece])).get(row.variant_id)
    if found is not None or row.seen_unit is not None:
        await tx.execute(_SEEN, cart_id, row.variant_id, found.price if found else None)
