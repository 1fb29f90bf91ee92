"""Pages for looking around."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.ui import ProductListSubject, ProductSubject, ShopSubject
from nakamise.errors import NotFound
from nakamise.plugin import Ctx, Slot, TenantCtx, anyone
from nakamise.web import gettext_for, page, see_other
from nakamise_shop.catalog import beside, choice, places, sale_terms, service, suggest
from nakamise_shop.catalog.beside import Shown
from nakamise_shop.catalog.listing import LIST, Listing, address
from nakamise_shop.catalog.sale_terms import SaleTerms
from nakamise_shop.catalog.schemas import Product, ProductFilter, ProductPage, Shop, Variant
from nakamise_shop.catalog.structured import structured
from nakamise_shop.catalog.words import SHOP_STATES
from nakamise_shop.legal import notice_of
from nakamise_shop.notice import Said
from nakamise_shop.on_request.keeping import FORGOTTEN_AFTER_DAYS
from nakamise_shop.orders.labels import rate
from nakamise_shop.paging import filter_of
from nakamise_shop.reports import looking, via
from nakamise_shop.settings import ShopSettings

AnyRequest = Request[Any, Any, Any]


class AskForm(msgspec.Struct, frozen=True):
    """What was typed to ask for what a notice keeps, the faults by field, and why it was ``refused`` as a whole."""

    values: Mapping[str, Any] = {}
    errors: Mapping[str, str] = {}
    refused: str = ""


@get("/products", opt=anyone(), include_in_schema=False)
async def product_list(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(ProductFilter, dict(request.query_params))
    async with ctx.read() as tx:
        found = await service.product_page(ctx, tx, wanted)
        categories = await places.list_categories(tx, ctx.locale)
        near = [] if found.total or not wanted.q else await suggest.suggested(ctx, tx, wanted.q)
    if wanted.page > found.page_count:
        return see_other(ctx, address(LIST, wanted, page=found.page_count))
    await looking.shown(ctx, request, (one.id for one in found.items))
    return await page(
        ctx,
        "shop/catalog_list.html",
        slots=dict.fromkeys((Slot.SEARCH_TOP, Slot.SEARCH_BOTTOM), _list_subject(wanted, found)),
        listing=Listing(ctx, LIST, wanted, found, categories),
        near=near,
        low_stock_from=ctx.settings(ShopSettings).low_stock_from,
    )


def _list_subject(wanted: ProductFilter, found: ProductPage) -> ProductListSubject:
    return ProductListSubject(query=wanted.q, category=wanted.category or "", total=found.total)


@get("/categories", opt=anyone(), include_in_schema=False)
async def category_entry(ctx: Ctx) -> Response[bytes]:
    """The category first, then its products: every top category with those below it."""
    async with ctx.read() as tx:
        found = [one for one in await places.list_categories(tx, ctx.locale) if one.product_count]
    return await page(
        ctx,
        "shop/catalog_categories.html",
        tops=[one for one in found if one.parent_slug is None],
        below={one.slug: [below for below in found if below.parent_slug == one.slug] for one in found},
    )


@get("/products/{slug:str}", opt=anyone(), include_in_schema=False)
async def product_detail(request: AnyRequest, ctx: Ctx, slug: FromPath[str]) -> Response[bytes]:
    async with ctx.read() as tx:
        product = await service.product(ctx, tx, slug)
        others = await beside.of_product(ctx, tx, product)
        variant = choice.chosen(product, dict(request.query_params))
        told = await sale_terms.of_product(ctx, tx, product, variant)
    return await _product_page(ctx, request, product, others, variant, told)


async def _product_page(
    ctx: TenantCtx,
    request: AnyRequest,
    product: Product,
    others: Shown,
    variant: Variant | None,
    told: SaleTerms,
) -> Response[bytes]:
    subject = product_subject(ctx, product)
    slots: dict[Slot, msgspec.Struct | None] = {
        Slot.PRODUCT_BELOW_PRICE: subject,
        Slot.PRODUCT_BELOW_BUY: subject,
        Slot.PRODUCT_SECTION: subject,
    }
    via = await looking.viewed(ctx, request, product.id) if product.state == "published" else ""
    return await page(
        ctx,
        "shop/catalog_product.html",
        slots=slots,
        product=product,
        tax_rate=rate(product.tax_bp),
        variant=variant,
        via=via,
        face=choice.face(ctx, product, variant) if variant else None,
        faces=msgspec.to_builtins(choice.faces(ctx, product)),
        is_offered=choice.is_offered,
        shipping=told.shipping,
        delivery=told.facts,
        back=_back(ctx, request),
        related=others.related,
        upgrades=others.upgrades,
        structured=structured(ctx, product),
        low_stock_from=ctx.settings(ShopSettings).low_stock_from,
    )


def _back(ctx: TenantCtx, request: AnyRequest) -> str:
    """The list that the buyer came from, with its filter; the plain list otherwise."""
    came_from = via.address(request.headers.get("referer", ""))
    if (
        came_from is None
        or f"{came_from.scheme}://{came_from.netloc}" != ctx.http.origin
        or came_from.path != LIST
    ):
        return LIST
    wanted = filter_of(ProductFilter, dict(parse_qsl(came_from.query)))
    return address(LIST, wanted, page=wanted.page)


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
async def shop_list(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        shops = await places.list_shops(tx, ctx.locale)
    return await page(ctx, "shop/catalog_shops.html", shops=shops)


@get("/shops/{slug:str}", opt=anyone(), include_in_schema=False)
async def shop_detail(request: AnyRequest, ctx: Ctx, slug: FromPath[str]) -> Response[bytes]:
    wanted = msgspec.structs.replace(filter_of(ProductFilter, dict(request.query_params)), shop=slug)
    base = f"/shop/shops/{slug}"
    async with ctx.read() as tx:
        shop = await service.shop(ctx, tx, slug)
        found = await service.product_page(ctx, tx, wanted)
        told = await sale_terms.of_shops(ctx, tx, [shop])
    if wanted.page > found.page_count:
        return see_other(ctx, address(base, wanted, page=found.page_count))
    await looking.shown(ctx, request, (one.id for one in found.items))
    return await page(
        ctx,
        "shop/catalog_shop.html",
        slots={Slot.SHOP_SECTION: ShopSubject(shop_id=shop.id, slug=shop.slug, name=shop.name)},
        shop=shop,
        state_word=gettext_for(ctx.locale, "shop")(SHOP_STATES[shop.state]),
        listing=Listing(ctx, base, wanted, found, []),
        notice=notice_of(shop, ctx.locale, told[shop.id]),
        low_stock_from=ctx.settings(ShopSettings).low_stock_from,
    )


@get("/shops/{slug:str}/legal", opt=anyone(), include_in_schema=False)
async def shop_legal(ctx: Ctx, slug: FromPath[str]) -> Response[bytes]:
    """One shop's legal notice."""
    return await legal_page_of(ctx, slug, AskForm())


async def legal_page_of(ctx: TenantCtx, slug: str, form: AskForm, *, status: int = 200) -> Response[bytes]:
    """One shop's notice, and the form for what it keeps. Raises NotFound."""
    async with ctx.read() as tx:
        shop = await service.shop(ctx, tx, slug)
        told = await sale_terms.of_shops(ctx, tx, [shop])
    return await _legal_page(ctx, [shop], told, form, status=status)


@get("/legal", opt=anyone(), include_in_schema=False)
async def legal(ctx: Ctx) -> Response[bytes]:
    """The legal notice of every shop (Act on Specified Commercial Transactions, art. 11)."""
    async with ctx.read() as tx:
        shops = await service.open_shops(ctx, tx)
        told = await sale_terms.of_shops(ctx, tx, shops)
    if not shops:
        raise NotFound
    return await _legal_page(ctx, shops, told, AskForm())


async def _legal_page(
    ctx: TenantCtx, shops: list[Shop], told: Mapping[uuid.UUID, Said], form: AskForm, *, status: int = 200
) -> Response[bytes]:
    notices = [(shop, notice_of(shop, ctx.locale, told[shop.id])) for shop in shops]
    values = {"email": ctx.actor.email, "name": "", **form.values, "days": FORGOTTEN_AFTER_DAYS}
    return await page(
        ctx,
        "shop/catalog_legal.html",
        status=status,
        notices=notices,
        values=values,
        errors=form.errors,
        refused=form.refused,
    )


route_handlers: Final[list[ControllerRouterHandler]] = [
    product_list,
    category_entry,
    product_detail,
    shop_list,
    shop_detail,
    shop_legal,
    legal,
]
