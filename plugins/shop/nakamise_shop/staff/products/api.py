"""Products as JSON, for staff."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, delete, get, post, put
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.errors import FieldError, Invalid
from nakamise.media import ImageRefused
from nakamise.plugin import Ctx, requires
from nakamise.web import N_
from nakamise_shop.staff.products import pictures, service, state
from nakamise_shop.staff.products.pages import MANAGE, READ
from nakamise_shop.staff.products.schemas import (
    Line,
    ProductChange,
    ProductInput,
    ProductLines,
    ProductState,
    StaffProduct,
    StaffProductFilter,
)

TAGS: Final = ["shop staff"]


class StateBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``draft`` hides a published product and restores an archived one."""

    state: ProductState


class PictureBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``position`` 0 is the main picture."""

    position: Annotated[int, Meta(ge=0, le=9)] | None = None
    alt: Line | None = None


class Deleted(msgspec.Struct, frozen=True):
    """``archived``: it was ordered or lies in a cart, so it stays."""

    result: Literal["deleted", "archived"]


@get("/staff/products", opt=requires(READ), tags=TAGS, operation_id="shop_staff_list_products")
async def list_products(
    ctx: Ctx,
    in_state: Annotated[ProductState | None, QueryParameter(name="state")] = None,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    category: FromQuery[str | None] = None,
    shop: FromQuery[str | None] = None,
    low: FromQuery[bool] = False,
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=1000)] = 1,
) -> ProductLines:
    """In all states, newest change first."""
    wanted = StaffProductFilter(state=in_state, q=q, category=category, shop=shop, low=low, page=page_number)
    async with ctx.read() as tx:
        return await service.product_lines(ctx, tx, wanted)


@post("/staff/products", opt=requires(MANAGE), tags=TAGS, operation_id="shop_staff_create_product")
async def create_product(ctx: Ctx, data: JSONBody[ProductInput]) -> StaffProduct:
    """A draft."""
    async with ctx.begin() as tx:
        return await service.product(ctx, tx, await service.create(ctx, tx, data))


@get(
    "/staff/products/{product_id:uuid}",
    opt=requires(READ),
    tags=TAGS,
    operation_id="shop_staff_get_product",
)
async def get_product(ctx: Ctx, product_id: FromPath[uuid.UUID]) -> StaffProduct:
    async with ctx.read() as tx:
        return await service.product(ctx, tx, product_id)


@put(
    "/staff/products/{product_id:uuid}",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shop_staff_change_product",
)
async def change_product(
    ctx: Ctx, product_id: FromPath[uuid.UUID], data: JSONBody[ProductChange]
) -> StaffProduct:
    """409 ``stale``: the product is newer than ``version``; read it again."""
    async with ctx.begin() as tx:
        await service.change(ctx, tx, product_id, data)
        return await service.product(ctx, tx, product_id)


@put(
    "/staff/products/{product_id:uuid}/state",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shop_staff_set_product_state",
)
async def set_state(ctx: Ctx, product_id: FromPath[uuid.UUID], data: JSONBody[StateBody]) -> StaffProduct:
    async with ctx.begin() as tx:
        before = await service.product(ctx, tx, product_id)
        if data.state is ProductState.PUBLISHED:
            await state.publish(ctx, tx, product_id)
        elif data.state is ProductState.ARCHIVED:
            await state.archive(ctx, tx, product_id)
        elif before.state is ProductState.ARCHIVED:
            await state.restore(ctx, tx, product_id)
        else:
            await state.unpublish(ctx, tx, product_id)
        return await service.product(ctx, tx, product_id)


@delete(
    "/staff/products/{product_id:uuid}",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shop_staff_delete_product",
    status_code=200,
)
async def delete_product(ctx: Ctx, product_id: FromPath[uuid.UUID]) -> Deleted:
    async with ctx.begin() as tx:
        gone = await state.delete(ctx, tx, product_id)
    return Deleted("deleted" if gone else "archived")


@post(
    "/staff/products/{product_id:uuid}/pictures",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shop_staff_add_picture",
)
async def add_picture(
    request: Request[Any, Any, Any], ctx: Ctx, product_id: FromPath[uuid.UUID]
) -> StaffProduct:
    """multipart/form-data with the file ``picture``: JPEG, PNG or WebP of at most 10 MB."""
    given = (await request.form()).get("picture")
    if not isinstance(given, UploadFile):
        raise Invalid({"picture": FieldError(N_("Please choose a picture."), domain="shop")})
    try:
        await pictures.add(ctx, product_id, await given.read())
    except ImageRefused as refused:
        raise Invalid({"picture": refused}) from refused
    async with ctx.read() as tx:
        return await service.product(ctx, tx, product_id)


@put(
    "/staff/products/{product_id:uuid}/pictures/{media_id:uuid}",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shop_staff_change_picture",
)
async def change_picture(
    ctx: Ctx, product_id: FromPath[uuid.UUID], media_id: FromPath[uuid.UUID], data: JSONBody[PictureBody]
) -> StaffProduct:
    """What is left out stays."""
    async with ctx.begin() as tx:
        if data.position is not None:
            await pictures.move(ctx, tx, product_id, media_id, data.position)
        if data.alt is not None:
            await pictures.describe(ctx, tx, product_id, media_id, data.alt)
        return await service.product(ctx, tx, product_id)


@delete(
    "/staff/products/{product_id:uuid}/pictures/{media_id:uuid}",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shop_staff_remove_picture",
    status_code=200,
)
async def remove_picture(
    ctx: Ctx, product_id: FromPath[uuid.UUID], media_id: FromPath[uuid.UUID]
) -> StaffProduct:
    async with ctx.begin() as tx:
        await pictures.remove(ctx, tx, product_id, media_id)
        return await service.product(ctx, tx, product_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_products,
    create_product,
    get_product,
    change_product,
    set_state,
    delete_product,
    add_picture,
    change_picture,
    remove_picture,
]
