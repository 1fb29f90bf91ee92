"""Whose shops: staff who are named for some shops see and touch only those; what is another's is not there."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Forbidden, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_

# Whoever names people for shops works for all of them.
PEOPLE: Final = "shop.people"
Shops = Sequence[uuid.UUID] | None
"""Shops that somebody works for; None: all of them."""


async def shops_of(ctx: TenantCtx, tx: Tx) -> Shops:
    """Of the acting person. None for buyers and for the system too, who are asked elsewhere what is theirs."""
    actor = ctx.actor
    if actor.is_system or actor.user_id is None or not actor.permissions or actor.can(PEOPLE):
        return None
    return await tx.values("SELECT shop_id FROM shop_people WHERE user_id = $1", actor.user_id) or None


async def check_shop(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID | None) -> None:
    """Raises NotFound."""
    shops = await shops_of(ctx, tx)
    if shops is not None and shop_id not in shops:
        raise NotFound


async def check_order(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> None:
    """Before staff act on an order. Raises NotFound."""
    shops = await shops_of(ctx, tx)
    if shops is not None and await tx.value(_SHOP_OF_ORDER, order_id) not in shops:
        raise NotFound


async def check_product(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID) -> None:
    """Before staff act on a product. Raises NotFound."""
    shops = await shops_of(ctx, tx)
    if shops is not None and await tx.value(_SHOP_OF_PRODUCT, product_id) not in shops:
        raise NotFound


async def check_all(ctx: TenantCtx, tx: Tx) -> None:
    """Before staff act on what all shops share. Raises Forbidden."""
    if await shops_of(ctx, tx) is not None:
        raise Forbidden(N_("This belongs to all shops; you work for some of them."), domain="shop")


_SHOP_OF_ORDER: Final = "SELECT shop_id FROM shop_order WHERE id = $1"
_SHOP_OF_PRODUCT: Final = "SELECT shop_id FROM shop_product WHERE id = $1"
