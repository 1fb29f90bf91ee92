"""Publishing, hiding, archiving and deleting: effective at once, independent of edits in progress."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.catalog import price_log
from nakamise_shop.metering import PRODUCTS
from nakamise_shop.staff.products import changed, write
from nakamise_shop.staff.products.not_open import not_open
from nakamise_shop.staff.products.schemas import ProductState
from nakamise_shop.staff.products.service import product

_PUBLISH: Final = """
UPDATE shop_product p SET state = 'published', published_at = coalesce(published_at, (SELECT now())), updated_at = now()
WHERE p.id = $1 AND p.state IN ('draft', 'published')
  AND EXISTS (SELECT 1 FROM shop_shop s WHERE s.id = p.shop_id AND s.state = 'open')
  AND EXISTS (SELECT 1 FROM shop_variant v WHERE v.product_id = p.id AND v.state = 'active')
"""
_MOVE: Final = "UPDATE shop_product SET state = $2, updated_at = now() WHERE id = $1 AND state = ANY($3)"


async def publish(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID) -> None:
    """Raises NotFound, LimitReached, and Conflict that says what is missing."""
    await scope.check_product(ctx, tx, product_id)
    if not await _is_published(tx, product_id):
        await ctx.take(tx, PRODUCTS)
    if await tx.execute(_PUBLISH, product_id) != 1:
        raise await _why_not(ctx, tx, product_id)
    await price_log.note(tx, [product_id])
    await changed.tell(ctx, tx, [product_id])
    await ctx.audit(tx, "shop.product.published", str(product_id))


async def _is_published(tx: Tx, product_id: uuid.UUID) -> bool:
    """Locked: two who change the same product count it once."""
    found = await tx.value(
        "SELECT state = 'published' FROM shop_product WHERE id = $1 FOR UPDATE", product_id
    )
    return bool(found)


async def _why_not(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID) -> Conflict:
    found = await product(ctx, tx, product_id)
    if found.shop_state != "open":
        return not_open(found.shop_state)
    if not found.variants:
        message = N_("Add at least one variant before publishing.")
        return Conflict(message, code="no_variant", domain="shop")
    return Conflict(N_("An archived product must be restored first."), code="archived", domain="shop")


async def unpublish(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID) -> None:
    """Raises NotFound, Conflict."""
    await _move(ctx, tx, product_id, ProductState.DRAFT, [ProductState.PUBLISHED, ProductState.DRAFT])


async def archive(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID) -> None:
    """Raises NotFound."""
    await _move(ctx, tx, product_id, ProductState.ARCHIVED, list(ProductState))


async def restore(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID) -> None:
    """An archived product becomes a draft. Raises NotFound, Conflict."""
    await _move(ctx, tx, product_id, ProductState.DRAFT, [ProductState.ARCHIVED])


async def _move(
    ctx: TenantCtx, tx: Tx, product_id: uuid.UUID, to: ProductState, sources: list[ProductState]
) -> None:
    before = await product(ctx, tx, product_id)
    if await _is_published(tx, product_id):
        await ctx.give_back(tx, PRODUCTS)
    wrong = Conflict(N_("The product's state does not allow this."), code="wrong_state", domain="shop")
    await tx.must_touch_one(wrong, _MOVE, product_id, to, sources)
    await price_log.note(tx, [product_id])
    await changed.tell(ctx, tx, [product_id])
    await ctx.audit(tx, f"shop.product.{to}", str(product_id), before=before.state)


async def delete(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID) -> bool:
    """True when it is gone; False when it was ordered, or lies in a cart, and is archived instead.

    Raises NotFound.
    """
    found = await product(ctx, tx, product_id)
    stored = await write.lock_variants(tx, product_id)
    if await write.in_use(tx, [one.id for one in stored]):
        await archive(ctx, tx, product_id)
        return False
    if await _is_published(tx, product_id):
        await ctx.give_back(tx, PRODUCTS)
    if await tx.execute("DELETE FROM shop_product WHERE id = $1", product_id) != 1:
        raise NotFound
    await ctx.audit(tx, "shop.product.deleted", str(product_id), name=found.name, slug=found.slug)
    return True
