"""What rules of other plugins may be limited to: shops, categories, products, variants."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from nakamise.contracts.catalog import CatalogChoices, ListedVariant, ProductFacts
from nakamise.contracts.pricing import Rounding
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop import scope
from nakamise_shop.catalog.prices import shown

_NAME: Final = "coalesce({of}.translations #>> ARRAY[$1::text, 'name'], {of}.name)"
_SHOPS: Final = f"SELECT id, {_NAME.format(of='s')} AS name FROM shop_shop s WHERE $2::uuid[] IS NULL OR id = ANY($2) ORDER BY slug"  # noqa: S608 (our own text)
_CATEGORIES: Final = f"""
SELECT c.id, concat_ws(' / ', {_NAME.format(of="p")}, {_NAME.format(of="c")}) AS name
FROM shop_category c LEFT JOIN shop_category p ON p.id = c.parent_id
ORDER BY coalesce(p.position, c.position), p.slug NULLS FIRST, c.position, c.slug
"""  # noqa: S608 (our own text)
_PRODUCTS: Final = f"""
SELECT p.id, {_NAME.format(of="p")} AS name FROM shop_product p WHERE p.state <> 'archived' AND ($2::uuid[] IS NULL OR p.shop_id = ANY($2)) ORDER BY 2, p.id LIMIT 2000
"""  # noqa: S608 (our own text)
_FACTS: Final = f"""
WITH RECURSIVE above AS (
    SELECT p.id AS product_id, c.id, c.parent_id FROM shop_product p JOIN shop_category c ON c.id = p.category_id
    WHERE p.id = ANY($2)
    UNION ALL SELECT a.product_id, c.id, c.parent_id FROM above a JOIN shop_category c ON c.id = a.parent_id)
SELECT p.id, {_NAME.format(of="p")} AS name, p.shop_id,
       ARRAY(SELECT a.id FROM above a WHERE a.product_id = p.id) AS category_ids
FROM shop_product p WHERE p.id = ANY($2)
"""  # noqa: S608 (our own text)
_VARIANTS: Final = f"""
SELECT v.id, v.product_id, {_NAME.format(of="p")} AS product_name, {_NAME.format(of="v")} AS name, v.sku, v.price,
       p.tax_class, s.prices_include_tax, s.rounding
FROM shop_variant v JOIN shop_product p ON p.id = v.product_id JOIN shop_shop s ON s.id = p.shop_id
WHERE v.product_id = ANY($2) AND v.state = 'active' AND ($3::uuid[] IS NULL OR v.shop_id = ANY($3))
ORDER BY p.id, v.position, v.id
"""  # noqa: S608 (our own text)


class _Choice(msgspec.Struct, frozen=True):
    id: uuid.UUID
    name: str


class _Variant(ListedVariant, frozen=True, kw_only=True):
    tax_class: str
    prices_include_tax: bool
    rounding: Rounding


async def choices(ctx: TenantCtx, tx: Tx, *, with_products: bool) -> CatalogChoices:
    """Of the shops that the acting person works for."""
    own = await scope.shops_of(ctx, tx)
    return CatalogChoices(
        shops=await _named(tx, _SHOPS, ctx.locale, own),
        categories=await _named(tx, _CATEGORIES, ctx.locale),
        products=await _named(tx, _PRODUCTS, ctx.locale, own) if with_products else [],
    )


async def _named(tx: Tx, query: str, *args: object) -> list[tuple[uuid.UUID, str]]:
    return [(one.id, one.name) for one in await tx.all(_Choice, query, *args)]


async def facts(tx: Tx, product_ids: Sequence[uuid.UUID], locale: str) -> Mapping[uuid.UUID, ProductFacts]:
    return {one.id: one for one in await tx.all(ProductFacts, _FACTS, locale, list(product_ids))}


async def variants(
    ctx: TenantCtx, tx: Tx, product_ids: Sequence[uuid.UUID], day: date
) -> Sequence[ListedVariant]:
    """Of the shops that the acting person works for."""
    rows = await tx.all(_Variant, _VARIANTS, ctx.locale, list(product_ids), await scope.shops_of(ctx, tx))
    return [
        ListedVariant(
            **{name: getattr(row, name) for name in ListedVariant.__struct_fields__ if name != "price"},
            price=shown(row.price, row, day),
        )
        for row in rows
    ]
