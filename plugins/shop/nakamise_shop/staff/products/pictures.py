"""Pictures of a product: added, ordered (the first is the main one), described, removed."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.media import add_picture
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.staff.products.schemas import PICTURES_MAX

KIND: Final = "product"


async def add(ctx: TenantCtx, product_id: uuid.UUID, data: bytes) -> uuid.UUID:
    """The same picture again changes nothing. Raises NotFound, ImageRefused, ImagesBusy, Conflict when full."""
    async with ctx.read() as tx:
        await scope.check_product(ctx, tx, product_id)
        if await _count(tx, product_id) >= PICTURES_MAX:
            raise _full()
    media_id = await add_picture(ctx, data, KIND)
    async with ctx.begin() as tx:
        await _lock(ctx, tx, product_id)
        known = await _order(tx, product_id)
        if media_id in known:
            return media_id
        if len(known) >= PICTURES_MAX:
            raise _full()
        await tx.execute(
            "WITH last AS (SELECT coalesce(max(position), -1) AS position FROM shop_picture WHERE product_id = $1)"
            " INSERT INTO shop_picture (product_id, media_id, position) SELECT $1, $2, position + 1 FROM last",
            product_id,
            media_id,
        )
        await ctx.audit(tx, "shop.picture.added", str(product_id), picture=str(media_id))
    return media_id


def _full() -> Conflict:
    message = N_("A product has at most %(n)s pictures. Remove one first.")
    return Conflict(message, code="too_many_pictures", domain="shop", params={"n": PICTURES_MAX})


async def _count(tx: Tx, product_id: uuid.UUID) -> int:
    found = await tx.value(
        "SELECT (SELECT count(*) FROM shop_picture x WHERE x.product_id = p.id)"
        " FROM shop_product p WHERE p.id = $1",
        product_id,
    )
    if found is None:
        raise NotFound
    return int(found)


async def _lock(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID) -> None:
    await scope.check_product(ctx, tx, product_id)
    if await tx.value("SELECT 1 FROM shop_product WHERE id = $1 FOR UPDATE", product_id) is None:
        raise NotFound


async def _order(tx: Tx, product_id: uuid.UUID) -> list[uuid.UUID]:
    return await tx.values(
        "SELECT media_id FROM shop_picture WHERE product_id = $1 ORDER BY position, media_id", product_id
    )


async def move(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID, media_id: uuid.UUID, to: int) -> None:
    """To place ``to`` (0 = main); beyond the ends means the end. Raises NotFound."""
    await _lock(ctx, tx, product_id)
    order = await _order(tx, product_id)
    if media_id not in order:
        raise NotFound
    order.remove(media_id)
    order.insert(max(0, min(to, len(order))), media_id)
    await _write_order(tx, product_id, order)
    await ctx.audit(
        tx, "shop.picture.moved", str(product_id), picture=str(media_id), to=order.index(media_id)
    )


async def step(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID, media_id: uuid.UUID, by: int) -> None:
    """One place towards the front (-1) or the end (+1). Raises NotFound."""
    order = await _order(tx, product_id)
    if media_id not in order:
        raise NotFound
    await move(ctx, tx, product_id, media_id, order.index(media_id) + by)


async def describe(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID, media_id: uuid.UUID, alt: str) -> None:
    """Raises NotFound."""
    await scope.check_product(ctx, tx, product_id)
    await tx.must_touch_one(
        NotFound(),
        "UPDATE shop_picture SET alt = $3 WHERE product_id = $1 AND media_id = $2",
        product_id,
        media_id,
        alt,
    )
    await ctx.audit(tx, "shop.picture.described", str(product_id), picture=str(media_id), alt=alt)


async def remove(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID, media_id: uuid.UUID) -> None:
    """From this product; variants that showed it show the main one. Raises NotFound."""
    await _lock(ctx, tx, product_id)
    await tx.must_touch_one(
        NotFound(), "DELETE FROM shop_picture WHERE product_id = $1 AND media_id = $2", product_id, media_id
    )
    await tx.execute(
        "UPDATE shop_variant SET picture_id = NULL WHERE product_id = $1 AND picture_id = $2",
        product_id,
        media_id,
    )
    await _write_order(tx, product_id, await _order(tx, product_id))
    await ctx.audit(tx, "shop.picture.removed", str(product_id), picture=str(media_id))


async def _write_order(tx: Tx, product_id: uuid.UUID, order: list[uuid.UUID]) -> None:
    await tx.execute(
        "UPDATE shop_picture x SET position = o.place - 1"
        " FROM unnest($2::uuid[]) WITH ORDINALITY AS o (media_id, place)"
        " WHERE x.product_id = $1 AND x.media_id = o.media_id",
        product_id,
        order,
    )
