"""Which products a broadcast shows, in which order."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.contracts.catalog import Catalog, CatalogProduct
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access, goods, pins, room
from nakamise_livestream.broadcasts.news import ProductsNews, audit
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.words import DOMAIN

OFFERS_MAX: Final = 60
_IDS: Final = (
    "SELECT product_id FROM livestream_product WHERE broadcast_id = $1 ORDER BY position, product_id"
)
_LOCK: Final = """
SELECT 1 FROM livestream_broadcast WHERE id = $1 AND state IN ('scheduled', 'live', 'paused') FOR UPDATE
"""
_CLEAR: Final = "DELETE FROM livestream_product WHERE broadcast_id = $1"
_ADD: Final = "INSERT INTO livestream_product (broadcast_id, product_id, position) VALUES ($1, $2, $3)"


class ProductsInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All products in display order."""

    product_ids: Annotated[list[uuid.UUID], Meta(max_length=200)]


class ShownProduct(msgspec.Struct, frozen=True, kw_only=True):
    """``product`` None: it is not sold any more, or the shop is off."""

    product_id: uuid.UUID
    product: CatalogProduct | None
    is_pinned: bool


async def product_ids(tx: Tx, broadcast_id: uuid.UUID) -> list[uuid.UUID]:
    return await tx.values(_IDS, broadcast_id)


async def looked_up(ctx: TenantCtx, tx: Tx, ids: Sequence[uuid.UUID]) -> list[CatalogProduct]:
    """Those of ``ids`` that are sold now, in that order; none where nothing is sold."""
    catalog = ctx.optional_service(Catalog)
    if catalog is None or not ids:
        return []
    found = await catalog.products(tx, ids)
    return [found[id_] for id_ in ids if id_ in found]


async def in_languages(ctx: TenantCtx, tx: Tx, ids: Sequence[uuid.UUID]) -> dict[str, list[CatalogProduct]]:
    """``looked_up`` by locale: the catalog names products in the language of who asks."""
    return {locale: await looked_up(ctx.in_language(locale), tx, ids) for locale in goods.LOCALES}


async def shown(ctx: TenantCtx, tx: Tx, broadcast: Broadcast) -> list[ShownProduct]:
    """For the host: also what cannot be bought any more."""
    ids = await product_ids(tx, broadcast.id)
    sold = {one.id: one for one in await looked_up(ctx, tx, ids)}
    return [
        ShownProduct(product_id=id_, product=sold.get(id_), is_pinned=id_ == broadcast.pinned_id)
        for id_ in ids
    ]


async def offers(ctx: TenantCtx, tx: Tx, query: str) -> list[CatalogProduct]:
    """What the actor may show. Raises Unauthenticated."""
    catalog = ctx.optional_service(Catalog)
    if catalog is None:
        return []
    return list(await catalog.search(tx, ctx.require_user(), query, OFFERS_MAX))


async def set_products(
    ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, wanted: Sequence[uuid.UUID]
) -> list[ShownProduct]:
    """All of them at once; a product that is shown now and not among them is taken down.

    Raises NotFound, Forbidden, Conflict when it is over, Invalid for too many and for what the host may not sell.
    """
    await access.hosted(ctx, tx, broadcast_id)
    ids = list(dict.fromkeys(wanted))
    over = Conflict(N_("Its state does not allow this."), code="wrong_state", domain=DOMAIN)
    if await tx.value(_LOCK, broadcast_id) is None:
        raise over
    broadcast = await access.hosted(ctx, tx, broadcast_id)
    await _check(ctx, tx, broadcast, ids)
    if broadcast.pinned_id not in ids:
        await pins.put(ctx, tx, broadcast, None)
    await tx.execute(_CLEAR, broadcast_id)
    await tx.execute_many(_ADD, [(broadcast_id, id_, place) for place, id_ in enumerate(ids)])
    await audit(ctx, tx, "livestream.broadcast.products", broadcast, products=[str(id_) for id_ in ids])
    room.tell(ctx, tx, broadcast_id, "products", ProductsNews(ids))
    goods.tell(ctx, tx, broadcast_id, await in_languages(ctx, tx, ids))
    return await shown(ctx, tx, await access.hosted(ctx, tx, broadcast_id))


async def _check(ctx: TenantCtx, tx: Tx, broadcast: Broadcast, ids: list[uuid.UUID]) -> None:
    """What is in the list already may stay, even when it is sold out of the shop meanwhile."""
    most = ctx.settings(LivestreamSettings).products_max
    if len(ids) > most:
        message = N_("A broadcast shows at most %(n)s products.")
        raise Invalid({"product_ids": FieldError(message, domain=DOMAIN, n=most)})
    new = [id_ for id_ in ids if id_ not in set(await product_ids(tx, broadcast.id))]
    if not new:
        return
    catalog = ctx.optional_service(Catalog)
    allowed = await catalog.presentable(tx, _seller(ctx, broadcast), new) if catalog else frozenset()
    if not allowed.issuperset(new):
        message = N_("Some of these products cannot be shown here.")
        raise Invalid({"product_ids": FieldError(message, domain=DOMAIN)})


def _seller(ctx: TenantCtx, broadcast: Broadcast) -> uuid.UUID:
    """What counts is what the host may sell, also when staff put the list together."""
    return broadcast.host_id or ctx.require_user()
