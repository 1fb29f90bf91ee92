"""Pages for looking around."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from nakamise.contracts.ui import ProductSubject
from nakamise.errors import NotFound
from nakamise.plugin import Slot, TenantCtx, anyone
from nakamise.web import page
from nakamise_shop.catalog import repository, service
from nakamise_shop.catalog.schemas import Product, ProductFilter, Sort
from nakamise_shop.legal import notice_of
from nakamise_shop.settings import ShopSettings


def filter_of(query: dict[str, str]) -> ProductFilter:
    """What the address asks for; what it cannot mean is left out, so that an old link still works."""
    known = {key: value for key, value in query.items() if value and key in ProductFilter.__struct_fields__}
    for key in list(known):
        try:
            msgspec.convert({key: known[key]}, ProductFilter, strict=False)
        except msgspec.ValidationError:
            del known[key]
    return msgspec.convert(known, ProductFilter, strict=False)


def address(wanted: ProductFilter, **changes: object) -> str:
    """The list's address with ``changes``; another filter begins at page 1 again."""
    fields = msgspec.structs.asdict(msgspec.structs.replace(wanted, **({"page": 1} | changes)))
    plain = {key: value for key, value in fields.items() if value not in ("", None, False, 1, Sort.NEW)}
    return "/shop/products" + (f"?{urlencode(plain)}" if plain else "")


@get("/products", opt=anyone(), include_in_schema=False)
async def product_list(request: Request[Any, Any, Any], ctx: TenantCtx) -> Response[bytes]:
    wanted = filter_of(dict(request.query_params))
    async with ctx.read() as tx:
        found = await service.product_page(ctx, tx, wanted)
        categories = await repository.list_categories(tx, ctx.locale)
    return await page(
        ctx,
        "shop/catalog_list.html",
        found=found,
        wanted=wanted,
        categories=categories,
        sorts=list(Sort),
        address=address,
        low_stock_from=ctx.settings(ShopSettings).low_stock_from,
    )


@get("/products/{slug:str}", opt=anyone(), include_in_schema=False)
async def product_detail(request: Request[Any, Any, Any], ctx: TenantCtx, slug: str) -> Response[bytes]:
    async with ctx.read() as tx:
        product = await service.product(ctx, tx, slug)
        shop = await repository.find_shop(tx, product.shop_slug, ctx.locale)
        related = await service.related(ctx, tx, product)
    subject = product_subject(ctx, product)
    slots = dict.fromkeys((Slot.PRODUCT_BELOW_PRICE, Slot.PRODUCT_BELOW_BUY, Slot.PRODUCT_SECTION), subject)
    return await page(
        ctx,
        "shop/catalog_product.html",
        slots=slots,
        product=product,
        shop=shop,
        related=related,
        chosen=request.query_params.get("variant", ""),
        low_stock_from=ctx.settings(ShopSettings).low_stock_from,
    )


def product_subject(ctx: TenantCtx, product: Product) -> ProductSubject:
    return ProductSubject(
        product_id=product.id,
        shop_id=product.shop_id,
        slug=product.slug,
        name=product.name,
        min_price=product.min_price,
        max_price=product.max_price,
        currency=ctx.tenant.currency,
        in_stock=product.available > 0,
    )


@get("/shops", opt=anyone(), include_in_schema=False)
async def shop_list(ctx: TenantCtx) -> Response[bytes]:
    async with ctx.read() as tx:
        shops = await repository.list_shops(tx, ctx.locale)
    return await page(ctx, "shop/catalog_shops.html", shops=shops)


@get("/shops/{slug:str}", opt=anyone(), include_in_schema=False)
async def shop_detail(request: Request[Any, Any, Any], ctx: TenantCtx, slug: str) -> Response[bytes]:
    wanted = msgspec.structs.replace(filter_of(dict(request.query_params)), shop=slug)
    async with ctx.read() as tx:
        shop = await service.shop(ctx, tx, slug)
        found = await service.product_page(ctx, tx, wanted)
    return await page(
        ctx,
        "shop/catalog_shop.html",
        shop=shop,
        found=found,
        notice=notice_of(shop, ctx.locale),
        low_stock_from=ctx.settings(ShopSettings).low_stock_from,
    )


@get("/legal", opt=anyone(), include_in_schema=False)
async def legal(ctx: TenantCtx) -> Response[bytes]:
    """The legal notice of every shop (Act on Specified Commercial Transactions, art. 11)."""
    async with ctx.read() as tx:
        cards = await repository.list_shops(tx, ctx.locale)
        shops = [await service.shop(ctx, tx, card.slug) for card in cards]
    if not shops:
        raise NotFound
    return await page(
        ctx, "shop/catalog_legal.html", notices=[(shop, notice_of(shop, ctx.locale)) for shop in shops]
    )


route_handlers: Final[list[ControllerRouterHandler]] = [
    product_list,
    product_detail,
    shop_list,
    shop_detail,
    legal,
]
