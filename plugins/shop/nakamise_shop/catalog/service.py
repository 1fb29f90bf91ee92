"""The catalogue as a buyer may see it."""

from __future__ import annotations

from typing import Final

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise_shop.catalog import repository
from nakamise_shop.catalog.schemas import Option, Product, ProductCard, ProductFilter, ProductPage, Shop
from nakamise_shop.settings import ShopSettings

MAY_PREVIEW: Final = "shop.products.read"
RELATED_MAX: Final = 4


async def product_page(ctx: TenantCtx, tx: Tx, wanted: ProductFilter) -> ProductPage:
    size = ctx.settings(ShopSettings).page_size
    items, total = await repository.list_products(tx, wanted, ctx.locale, size)
    return ProductPage(items=items, total=total, page=wanted.page, page_size=size)


async def product(ctx: TenantCtx, tx: Tx, slug: str) -> Product:
    """Raises NotFound; who may read all products gets drafts too, as a preview."""
    row = await repository.find_product(tx, slug, ctx.locale)
    if row is None or not _visible(ctx, row):
        raise NotFound
    own_names = ("id", "slug", "name", "description", "shop_id", "shop_slug", "shop_name", "category_slug")
    return Product(
        **{name: getattr(row, name) for name in own_names},
        category_name=row.category_name,
        tax_class=row.tax_class,
        state=row.state,
        options=[_option(option, ctx) for option in row.options],
        specs=[_spec(spec, ctx) for spec in row.specs],
        badges=row.badges,
        per_order_limit=row.per_order_limit,
        min_price=row.min_price,
        max_price=row.max_price,
        variants=await repository.variants_of(tx, row.id, ctx.locale),
        pictures=await repository.pictures_of(tx, row.id),
    )


async def shop(ctx: TenantCtx, tx: Tx, slug: str) -> Shop:
    """An open shop. Raises NotFound."""
    found = await repository.find_shop(tx, slug, ctx.locale)
    if found is None or found.state != "open":
        raise NotFound
    return found


def _visible(ctx: TenantCtx, row: repository.ProductRow) -> bool:
    return (row.state == "published" and row.shop_state == "open") or ctx.actor.can(MAY_PREVIEW)


def _option(option: dict[str, object], ctx: TenantCtx) -> Option:
    values = option.get(f"values_{ctx.locale}") or option.get("values")
    name = option.get(f"name_{ctx.locale}") or option.get("name")
    return Option(name=str(name), values=[str(value) for value in values] if isinstance(values, list) else [])


def _spec(spec: list[str], ctx: TenantCtx) -> tuple[str, str]:
    """[label, value] or [label, value, English label, English value]."""
    label, value, *english = spec
    if ctx.locale == "en" and len(english) == 2:
        label, value = english
    return label, value


async def related(ctx: TenantCtx, tx: Tx, of: Product) -> list[ProductCard]:
    """Others of the same category, else of the same shop; never the product itself."""
    by_category = (
        ProductFilter(category=of.category_slug) if of.category_slug else ProductFilter(shop=of.shop_slug)
    )
    items, _ = await repository.list_products(tx, by_category, ctx.locale, RELATED_MAX + 1)
    return [item for item in items if item.id != of.id][:RELATED_MAX]
