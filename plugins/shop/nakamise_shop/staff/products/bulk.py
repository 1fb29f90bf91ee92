"""Many new products at once: the same rules and rows as one by one, in a handful of statements."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Invalid
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.metering import PRODUCTS
from nakamise_shop.staff.products import changed, service, write
from nakamise_shop.staff.products.not_open import not_open
from nakamise_shop.staff.products.schemas import ProductInput
from nakamise_shop.staff.products.write import NewRow

_PUBLISH: Final = """
UPDATE shop_product p SET state = 'published', published_at = now(), updated_at = now()
WHERE p.id = ANY($1) AND EXISTS (SELECT 1 FROM shop_shop s WHERE s.id = p.shop_id AND s.state = 'open')
"""
_SHUT: Final = """
SELECT s.state FROM shop_shop s
WHERE s.state <> 'open' AND s.id IN (SELECT p.shop_id FROM shop_product p WHERE p.id = ANY($1)) ORDER BY s.id LIMIT 1
"""


class NewProduct(msgspec.Struct, frozen=True, kw_only=True):
    """``slug`` "" = made from the name; ``given.shop_id`` is set, and there is at least one variant."""

    given: ProductInput
    slug: str
    state: str = "draft"


async def create_all(ctx: TenantCtx, tx: Tx, wanted: Sequence[NewProduct]) -> None:
    """Raises NotFound for another shop than the staff work for, Invalid with the first product's faults, Conflict
    for a shop that is not open, LimitReached, and asyncpg's UniqueViolationError when somebody else was faster."""
    if not wanted:
        return
    rows = await _checked(ctx, tx, wanted)
    await write.insert_all(tx, rows)
    shown = [row.id for row, one in zip(rows, wanted, strict=True) if one.state == "published"]
    if shown:
        await ctx.take(tx, PRODUCTS, len(shown))
        if await tx.execute(_PUBLISH, shown) != len(shown):
            raise not_open(str(await tx.value(_SHUT, shown)))
    put_away = [row.id for row, one in zip(rows, wanted, strict=True) if one.state == "archived"]
    await tx.execute("UPDATE shop_product SET state = 'archived' WHERE id = ANY($1)", put_away)
    await write.refresh_prices(tx, [row.id for row in rows])
    await changed.tell(ctx, tx, shown)
    for row, one in zip(rows, wanted, strict=True):
        await ctx.audit(tx, "shop.product.created", str(row.id), name=row.given.name, state=one.state)


async def _checked(ctx: TenantCtx, tx: Tx, wanted: Sequence[NewProduct]) -> list[NewRow]:
    """With ids and slugs of their own. Raises NotFound, Invalid."""
    categories = set(await tx.values("SELECT id FROM shop_category"))
    taken = {
        shop_id: await write.taken_skus(tx, shop_id, None, _skus(wanted, shop_id))
        for shop_id in {one.given.shop_id for one in wanted if one.given.shop_id}
    }
    for known in taken:
        await scope.check_shop(ctx, tx, known)
    rows: list[NewRow] = []
    slugs: set[str] = set()
    for one in wanted:
        shop_id = one.given.shop_id
        if shop_id is None:
            raise Invalid({"shop_id": service.fault(N_("Please choose a shop."))})
        if faults := service.faults_of(one.given, (), taken[shop_id], categories):
            raise Invalid(faults)
        slug = one.slug or await service.free_slug(tx, one.given)
        slug = f"{slug}-{secrets.token_hex(4)}" if slug in slugs else slug
        slugs.add(slug)
        rows.append(NewRow(uuid7(), shop_id, slug, one.given))
    return rows


def _skus(wanted: Sequence[NewProduct], shop_id: uuid.UUID) -> list[str]:
    return [line.sku for one in wanted if one.given.shop_id == shop_id for line in one.given.variants]
