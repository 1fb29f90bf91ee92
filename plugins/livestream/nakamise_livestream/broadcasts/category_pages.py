"""Staff keep the categories of broadcasts."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, Refused, page, read_form, see_other, tried
from nakamise_livestream.broadcasts import categories
from nakamise_livestream.broadcasts.categories import CategoryInput
from nakamise_livestream.rights import MANAGE
from nakamise_livestream.words import say, words

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/livestream/categories"
FIELDS: Final = {
    "name": N_("Name"),
    "name_en": N_("Name (English)"),
    "slug": N_("Name in addresses"),
    "position": N_("Order"),
}


class CategoryForm(CategoryInput, frozen=True, kw_only=True):
    """A box that is not ticked is not sent."""

    is_on: bool = False


@get("/categories", opt=requires(MANAGE), include_in_schema=False)
async def category_list(ctx: Ctx) -> Response[bytes]:
    return await _show(ctx, {"is_on": True})


@post("/categories", opt=requires(MANAGE), include_in_schema=False)
async def add(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    return await _save(request, ctx, categories.add, None)


@post("/categories/{category_id:uuid}", opt=requires(MANAGE), include_in_schema=False)
async def change(request: AnyRequest, ctx: Ctx, category_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async def save(ctx: TenantCtx, tx: Tx, given: CategoryInput) -> object:
        return await categories.change(ctx, tx, category_id, given)

    return await _save(request, ctx, save, category_id)


@post("/categories/{category_id:uuid}/remove", opt=requires(MANAGE), include_in_schema=False)
async def remove(ctx: Ctx, category_id: FromPath[uuid.UUID]) -> Response[bytes]:
    try:
        async with ctx.begin() as tx:
            await categories.remove(ctx, tx, category_id)
    except Conflict as refused:
        return see_other(ctx, LIST, flash=say(ctx, refused), kind="danger")
    return see_other(ctx, LIST, flash=words(ctx)(N_("Deleted")))


async def _save(
    request: AnyRequest,
    ctx: TenantCtx,
    act: Callable[[TenantCtx, Tx, CategoryInput], Awaitable[object]],
    category_id: uuid.UUID | None,
) -> Response[bytes]:
    form = await read_form(request, CategoryForm)
    done = await tried(ctx, lambda tx: act(ctx, tx, form.valid()))
    if isinstance(done, Refused):
        return await _show(ctx, form.raw, done.errors, category_id)
    return see_other(ctx, LIST, flash=words(ctx)(N_("Saved.")))


async def _show(
    ctx: TenantCtx,
    raw: Mapping[str, Any],
    faults: Mapping[str, FieldError] | None = None,
    category_id: uuid.UUID | None = None,
) -> Response[bytes]:
    """``category_id``: whose form was refused, None = that of a new one."""
    async with ctx.read() as tx:
        found = await categories.categories(tx)
    return await page(
        ctx,
        "livestream/staff_categories.html",
        status=422 if faults else 200,
        categories=found,
        raw=raw,
        refused=category_id,
        errors={name: say(ctx, fault) for name, fault in (faults or {}).items()},
        names={name: words(ctx)(label) for name, label in FIELDS.items()},
    )


route_handlers: Final[list[ControllerRouterHandler]] = [category_list, add, change, remove]
