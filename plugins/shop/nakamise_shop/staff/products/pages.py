"""Pages of products: list, create, edit."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.ui import StaffProductSubject
from nakamise.errors import Conflict, Invalid
from nakamise.plugin import Ctx, Slot, TenantCtx, requires
from nakamise.web import fragment, page, see_other
from nakamise_shop import scope
from nakamise_shop.paging import address, filter_of, page_base, tabs
from nakamise_shop.settings import ShopSettings
from nakamise_shop.staff.products import form as product_form
from nakamise_shop.staff.products import related, repository, service, variant_grid
from nakamise_shop.staff.products.differences import differences
from nakamise_shop.staff.products.form import ProductForm
from nakamise_shop.staff.products.schemas import (
    PICTURES_MAX,
    ProductState,
    StaffProduct,
    StaffProductFilter,
)
from nakamise_shop.staff.text import (
    PRODUCT_KINDS,
    PRODUCT_STATES,
    badges,
    choices,
    fault_texts,
    tax_choices,
    words,
)

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/shop/products"
READ: Final = "shop.products.read"
MANAGE: Final = "shop.products.manage"


@get("/products", opt=requires(READ), include_in_schema=False)
async def product_list(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(StaffProductFilter, request.query_params)
    async with ctx.read() as tx:
        found = await service.product_lines(ctx, tx, wanted)
        shops = await repository.shop_choices(tx, await scope.shops_of(ctx, tx))
        categories = await repository.category_choices(tx)
    names = [(state, words(ctx)(PRODUCT_STATES[state][0])) for state in ProductState]
    return await page(
        ctx,
        "shop/staff_products.html",
        found=found,
        wanted=wanted,
        tabs=tabs(ctx, LIST, wanted, "state", names, found.counts),
        shops=shops,
        categories=categories,
        states=badges(ctx, PRODUCT_STATES),
        low_from=ctx.settings(ShopSettings).low_stock_from,
        here=address(LIST, wanted, page=wanted.page),
        paging=page_base(address(LIST, wanted)),
        grid=address(f"{LIST}/grid", wanted),
        export=address(f"{LIST}/export.csv", wanted),
        may_manage=ctx.actor.can(MANAGE),
    )


@get("/products/new", opt=requires(MANAGE), include_in_schema=False)
async def new_product(ctx: Ctx) -> Response[bytes]:
    return await show(ctx, None, product_form.empty())


@post("/products/new", opt=requires(MANAGE), include_in_schema=False)
async def create(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await product_form.read(request, ctx.tenant.zone)
    if (act := (await request.form()).get("act")) in ("grid", "row"):
        return await _rows_changed(ctx, None, form, str(act))
    if form.value is None:
        return await show(ctx, None, form, status=422)
    try:
        async with ctx.begin() as tx:
            product_id = await service.create(ctx, tx, form.value)
    except Invalid as refused:
        product_form.add_faults(form, refused.fields)
        return await show(ctx, None, form, status=422)
    _ = words(ctx)
    said = _("Saved as a draft. Now add pictures, then publish.")
    return see_other(ctx, f"{LIST}/{product_id}", flash=said)


@get("/products/{product_id:uuid}", opt=requires(READ), include_in_schema=False)
async def edit_product(ctx: Ctx, product_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.product(ctx, tx, product_id)
    return await show(ctx, found, product_form.of_product(found, ctx.tenant.zone))


@post("/products/{product_id:uuid}", opt=requires(MANAGE), include_in_schema=False)
async def save(request: AnyRequest, ctx: Ctx, product_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await product_form.read(request, ctx.tenant.zone)
    if (act := (await request.form()).get("act")) in ("grid", "row"):
        return await _rows_changed(ctx, product_id, form, str(act))
    if form.value is None:
        return await _refused(ctx, product_id, form, 422)
    try:
        async with ctx.begin() as tx:
            await service.change(ctx, tx, product_id, form.value)
    except Invalid as refused:
        product_form.add_faults(form, refused.fields)
        return await _refused(ctx, product_id, form, 422)
    except Conflict:
        return await _refused(ctx, product_id, form, 409)
    _ = words(ctx)
    return see_other(ctx, f"{LIST}/{product_id}", flash=_("Saved."))


async def _refused(ctx: TenantCtx, product_id: uuid.UUID, form: ProductForm, status: int) -> Response[bytes]:
    """What was typed stays; 409 also says what somebody else changed."""
    async with ctx.read() as tx:
        found = await service.product(ctx, tx, product_id)
    is_stale = status == Conflict.status
    newer = differences(ctx, found, form) if is_stale else []
    product_form.catch_up(form, found, version=is_stale)
    return await show(ctx, found, form, status=status, newer=newer, is_stale=is_stale)


async def _rows_changed(
    ctx: TenantCtx, product_id: uuid.UUID | None, form: ProductForm, act: str
) -> Response[bytes]:
    """Nothing is saved: the same page with other variant rows."""
    found = None
    if product_id is not None:
        async with ctx.read() as tx:
            found = await service.product(ctx, tx, product_id)
        product_form.catch_up(form, found, version=False)
    form.variants = variant_grid.regenerated(form) if act == "grid" else variant_grid.one_more(form)
    form.errors = {}
    return await show(ctx, found, form, partial=ctx.http.is_partial)


async def show(
    ctx: TenantCtx,
    found: StaffProduct | None,
    form: ProductForm,
    *,
    status: int = 200,
    newer: list[tuple[str, str]] | None = None,
    is_stale: bool = False,
    partial: bool = False,
) -> Response[bytes]:
    async with ctx.read() as tx:
        shops = await repository.shop_choices(tx, await scope.shops_of(ctx, tx))
        categories = await repository.category_choices(tx)
        beside = await related.lines(ctx, tx, found.id) if found else []
        others = await related.choices(ctx, tx, found.id) if found else []
    data: dict[str, Any] = {
        "product": found,
        "form": form,
        "errors": fault_texts(ctx, form.errors),
        "shops": [(one.id, one.name) for one in shops],
        "categories": [(one.id, one.name) for one in categories],
        "tax_classes": tax_choices(ctx, ctx.now().astimezone(ctx.tenant.zone).date()),
        "kinds": choices(ctx, PRODUCT_KINDS),
        "states": badges(ctx, PRODUCT_STATES),
        "pictures_max": PICTURES_MAX,
        "related": beside,
        "others": others,
        "newer": newer or [],
        "is_stale": is_stale,
        "may_manage": ctx.actor.can(MANAGE),
        "action": f"{LIST}/{found.id}" if found else f"{LIST}/new",
    }
    if partial:
        return await fragment(ctx, "shop/staff_product.html", "variants", **data)
    slots = {Slot.ADMIN_PRODUCT_SECTION: _subject(found)} if found else {}
    return await page(ctx, "shop/staff_product.html", status=status, slots=slots, **data)


def _subject(product: StaffProduct) -> StaffProductSubject:
    return StaffProductSubject(
        product_id=product.id,
        shop_id=product.shop_id,
        slug=product.slug,
        name=product.name,
        state=product.state.value,
    )


route_handlers: Final[list[ControllerRouterHandler]] = [
    product_list,
    new_product,
    create,
    edit_product,
    save,
]
