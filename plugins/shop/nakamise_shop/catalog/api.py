"""The catalogue as JSON."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, anyone
from nakamise_shop.catalog import choice, places, sale_terms, service
from nakamise_shop.catalog.schemas import Category, Product, ProductFilter, ProductPage, Shop, ShopCard, Sort

TAGS: Final = ["shop"]
PageNumber = Annotated[int, QueryParameter(name="page", ge=1, le=1000)]
SearchText = Annotated[str, QueryParameter(max_length=100)]


@get("/products", opt=anyone(), tags=TAGS, operation_id="shop_list_products")
async def list_products(
    ctx: Ctx,
    q: SearchText = "",
    category: FromQuery[str | None] = None,
    shop: FromQuery[str | None] = None,
    in_stock: FromQuery[bool] = False,
    sort: FromQuery[Sort] = Sort.NEW,
    page_number: PageNumber = 1,
) -> ProductPage:
    """Published products of open shops."""
    wanted = ProductFilter(q=q, category=category, shop=shop, in_stock=in_stock, sort=sort, page=page_number)
    async with ctx.read() as tx:
        return await service.product_page(ctx, tx, wanted)


@get("/products/{slug:str}", opt=anyone(), tags=TAGS, operation_id="shop_get_product")
async def get_product(ctx: Ctx, slug: FromPath[str]) -> Product:
    async with ctx.read() as tx:
        found = await service.product(ctx, tx, slug)
        told = await sale_terms.of_product(ctx, tx, found, choice.chosen(found, {}))
    return msgspec.structs.replace(found, shipping=told.shipping)


@get("/categories", opt=anyone(), tags=TAGS, operation_id="shop_list_categories")
async def list_categories(ctx: Ctx) -> list[Category]:
    async with ctx.read() as tx:
        return await places.list_categories(tx, ctx.locale)


@get("/shops", opt=anyone(), tags=TAGS, operation_id="shop_list_shops")
async def list_shops(ctx: Ctx) -> list[ShopCard]:
    async with ctx.read() as tx:
        return await places.list_shops(tx, ctx.locale)


@get("/shops/{slug:str}", opt=anyone(), tags=TAGS, operation_id="shop_get_shop")
async def get_shop(ctx: Ctx, slug: FromPath[str]) -> Shop:
    async with ctx.read() as tx:
        return await service.shop(ctx, tx, slug)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_products,
    get_product,
    list_categories,
    list_shops,
    get_shop,
]
