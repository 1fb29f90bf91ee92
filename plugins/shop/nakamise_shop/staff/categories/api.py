"""Categories as JSON, for staff. Every answer is the whole tree, each category before those below it."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires
from nakamise_shop.staff.categories import service as categories
from nakamise_shop.staff.categories.service import CategoryInput, StaffCategory
from nakamise_shop.staff.products.pages import MANAGE, READ

TAGS: Final = ["shop staff"]


class OrderBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All categories directly below ``parent_id`` (None: the top), in their new order."""

    parent_id: uuid.UUID | None = None
    ids: list[uuid.UUID]


@get("/staff/categories", opt=requires(READ), tags=TAGS, operation_id="shop_staff_list_categories")
async def list_categories(ctx: Ctx) -> list[StaffCategory]:
    async with ctx.read() as tx:
        return await categories.tree(tx)


@post("/staff/categories", opt=requires(MANAGE), tags=TAGS, operation_id="shop_staff_add_category")
async def add_category(ctx: Ctx, data: JSONBody[CategoryInput]) -> list[StaffCategory]:
    """Last among its sisters."""
    async with ctx.begin() as tx:
        await categories.add(ctx, tx, data)
        return await categories.tree(tx)


@put("/staff/categories/order", opt=requires(MANAGE), tags=TAGS, operation_id="shop_staff_order_categories")
async def order_categories(ctx: Ctx, data: JSONBody[OrderBody]) -> list[StaffCategory]:
    async with ctx.begin() as tx:
        await categories.order(ctx, tx, data.parent_id, data.ids)
        return await categories.tree(tx)


@put(
    "/staff/categories/{category_id:uuid}",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shop_staff_change_category",
)
async def change_category(
    ctx: Ctx, category_id: FromPath[uuid.UUID], data: JSONBody[CategoryInput]
) -> list[StaffCategory]:
    """422 ``parent_id``: the place would be below itself, or too deep."""
    async with ctx.begin() as tx:
        await categories.change(ctx, tx, category_id, data)
        return await categories.tree(tx)


@delete(
    "/staff/categories/{category_id:uuid}",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shop_staff_delete_category",
    status_code=200,
)
async def delete_category(ctx: Ctx, category_id: FromPath[uuid.UUID]) -> list[StaffCategory]:
    """409 ``in_use``: it has sub-categories or products."""
    async with ctx.begin() as tx:
        await categories.remove(ctx, tx, category_id)
        return await categories.tree(tx)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_categories,
    add_category,
    order_categories,
    change_category,
    delete_category,
]
