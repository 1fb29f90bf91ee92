"""What is shown beside a product or a cart: what the shop chose to go with it, the better one, and others like it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop.catalog import repository, service
from nakamise_shop.catalog.schemas import Product, ProductCard

UPGRADE: Final = "upgrade"
CART_MAX: Final = 4
_OF_CART: Final = """
SELECT r.other_id FROM shop_related r
JOIN (SELECT v.product_id, min(l.added_at) AS added_at FROM shop_cart_line l
      JOIN shop_variant v ON v.id = l.variant_id WHERE l.cart_id = $1 GROUP BY v.product_id) mine
  ON mine.product_id = r.product_id
WHERE NOT EXISTS (SELECT 1 FROM shop_cart_line l JOIN shop_variant v ON v.id = l.variant_id
                  WHERE l.cart_id = $1 AND v.product_id = r.other_id)
GROUP BY r.other_id ORDER BY min(r.position), min(mine.added_at), r.other_id
"""


class Shown(msgspec.Struct, frozen=True):
    """``upgrades`` are better ones of the same kind; ``related`` begins with what the shop chose."""

    upgrades: list[ProductCard]
    related: list[ProductCard]


async def of_product(ctx: TenantCtx, tx: Tx, product: Product) -> Shown:
    cards = await _cards(ctx, tx, [one.id for one in product.related])
    better = {one.id for one in product.related if one.kind == UPGRADE}
    chosen = [card for card in cards if card.id not in better]
    if len(chosen) < service.RELATED_MAX:
        known = {card.id for card in cards}
        chosen += [card for card in await service.related(ctx, tx, product) if card.id not in known]
    return Shown(
        [card for card in cards if card.id in better], chosen[: max(service.RELATED_MAX, len(cards))]
    )


async def of_cart(ctx: TenantCtx, tx: Tx, cart_id: uuid.UUID) -> list[ProductCard]:
    """What goes with the cart's products and is not in it; only what can be bought now."""
    cards = await _cards(ctx, tx, await tx.values(_OF_CART, cart_id))
    return [card for card in cards if card.available > 0 and card.sale == "on"][:CART_MAX]


async def _cards(ctx: TenantCtx, tx: Tx, ids: Sequence[uuid.UUID]) -> list[ProductCard]:
    """In the order of ``ids``; what is not published is missing."""
    if not ids:
        return []
    rows = await repository.products_by_id(tx, ids, ctx.locale)
    found = {card.id: card for card in await service.cards(ctx, tx, rows)}
    return [found[id_] for id_ in ids if id_ in found]
