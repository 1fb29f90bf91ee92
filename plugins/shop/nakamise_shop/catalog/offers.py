"""The shop's products for plugins that show them: the service ``contracts.catalog.Catalog``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from nakamise.contracts.catalog import (
    Catalog,
    CatalogChoices,
    CatalogDetails,
    CatalogProduct,
    CatalogShop,
    CatalogVariant,
    ListedVariant,
    ProductFacts,
)
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop.catalog import choosing, places, repository
from nakamise_shop.catalog.prices import is_reduced
from nakamise_shop.catalog.repository import CardRow
from nakamise_shop.catalog.schemas import ProductCard, ProductFilter
from nakamise_shop.catalog.service import cards, product, today

_SAME_FIELDS: Final = ("id", "slug", "name", "shop_id", "shop_name", "available", "variant_count", "picture")


class ShopCatalog(Catalog):
    """Shops belong to the tenant, not to users yet: who may present presents what is published in any of them."""

    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def products(self, tx: Tx, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, CatalogProduct]:
        rows = await repository.products_by_id(tx, ids, self._ctx.locale)
        return {one.id: one for one in await self._offers(tx, rows)}

    async def presentable(self, tx: Tx, user_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> frozenset[uuid.UUID]:
        return frozenset(await self.products(tx, ids))

    async def search(self, tx: Tx, user_id: uuid.UUID, query: str, limit: int) -> Sequence[CatalogProduct]:
        rows = await repository.list_products(tx, ProductFilter(q=query), self._ctx.locale, limit)
        return await self._offers(tx, rows)

    async def _offers(self, tx: Tx, rows: Sequence[CardRow]) -> list[CatalogProduct]:
        shown = await cards(self._ctx, tx, rows)
        day = today(self._ctx)
        return [_offer(row, card, day) for row, card in zip(rows, shown, strict=True)]

    async def details(self, tx: Tx, product_id: uuid.UUID) -> CatalogDetails | None:
        rows = await repository.products_by_id(tx, [product_id], self._ctx.locale)
        if not rows:
            return None
        found = await product(self._ctx, tx, rows[0].slug)
        variants = [
            CatalogVariant(name=one.name, price=one.price, available=one.available) for one in found.variants
        ]
        return CatalogDetails(
            text=found.description,
            facts=found.specs,
            variants=variants,
            per_order_limit=found.per_order_limit,
            questions=found.faq,
            size_chart=found.size_chart,
        )

    async def shop_of(self, tx: Tx, user_id: uuid.UUID) -> CatalogShop | None:
        """The only open shop, else the list of all that is sold."""
        shops = [one for one in await places.list_shops(tx, self._ctx.locale) if one.product_count]
        if len(shops) == 1:
            return CatalogShop(shops[0].name, f"/shop/shops/{shops[0].slug}")
        return CatalogShop(self._ctx.tenant.name, "/shop/products") if shops else None

    async def choices(self, tx: Tx, *, with_products: bool = True) -> CatalogChoices:
        return await choosing.choices(self._ctx, tx, with_products=with_products)

    async def facts(self, tx: Tx, product_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, ProductFacts]:
        return await choosing.facts(tx, product_ids, self._ctx.locale)

    async def variants(self, tx: Tx, product_ids: Sequence[uuid.UUID]) -> Sequence[ListedVariant]:
        return await choosing.variants(self._ctx, tx, product_ids, today(self._ctx))


def _offer(row: CardRow, card: ProductCard, day: date) -> CatalogProduct:
    return CatalogProduct(
        **{name: getattr(row, name) for name in _SAME_FIELDS},
        path=f"/shop/products/{row.slug}",
        min_price=card.min_price,
        max_price=card.max_price,
        compare_at=card.compare_at,
        reduced=is_reduced(row.tax_class, day),
        offer=card.offer,
    )


def catalog(ctx: TenantCtx) -> ShopCatalog:
    return ShopCatalog(ctx)
