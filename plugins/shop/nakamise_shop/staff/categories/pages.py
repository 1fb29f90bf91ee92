"""Staff keep the tree of categories."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, Refused, page, read_form, see_other, tried
from nakamise_shop import scope
from nakamise_shop.saying import say
from nakamise_shop.staff.categories import service as categories
from nakamise_shop.staff.categories.service import CategoryInput, StaffCategory
from nakamise_shop.staff.products.acts import check_confirmed
from nakamise_shop.staff.products.pages import MANAGE, READ
from nakamise_shop.staff.text import fault_texts, words

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/shop/categories"
_DONE: Final = {
    "up": N_("Moved forward."),
    "down": N_("Moved back."),
    "on": N_("Shown again."),
    "off": N_("Hidden, with everything below it."),
    "delete": N_("The category is deleted."),
}


ActName = Literal["up", "down", "on", "off", "delete"]


class CategoryForm(CategoryInput, frozen=True, kw_only=True):
    """A box that is not ticked is not sent."""

    is_on: bool = False


class CategoryAct(msgspec.Struct, frozen=True, kw_only=True):
    act: ActName
    confirm: bool = False


@get("/categories", opt=requires(READ), include_in_schema=False)
async def category_list(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    parent = request.query_params.get("parent", "")
    return await _show(ctx, {"is_on": True, "parent_id": parent})


@post("/categories", opt=requires(MANAGE), include_in_schema=False)
async def add(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    return await _save(request, ctx, categories.add, None)


@post("/categories/{category_id:uuid}", opt=requires(MANAGE), include_in_schema=False)
async def change(request: AnyRequest, ctx: Ctx, category_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async def save(ctx: TenantCtx, tx: Tx, given: CategoryInput) -> object:
        await categories.change(ctx, tx, category_id, given)
        return None

    return await _save(request, ctx, save, category_id)


@post("/categories/{category_id:uuid}/act", opt=requires(MANAGE), include_in_schema=False)
async def act_on_category(request: AnyRequest, ctx: Ctx, category_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """The page comes back at the same category, so that the keyboard goes on there."""
    form = (await read_form(request, CategoryAct)).valid()
    if form.act == "delete":
        check_confirmed(form.confirm)
    try:
        async with ctx.begin() as tx:
            await _do(ctx, tx, category_id, form.act)
    except Conflict as refused:
        return see_other(ctx, LIST, flash=say(ctx, refused), kind="danger")
    anchor = "" if form.act == "delete" else f"#{form.act}-{category_id}"
    return see_other(ctx, f"{LIST}{anchor}", flash=words(ctx)(_DONE[form.act]))


async def _do(ctx: TenantCtx, tx: Tx, category_id: uuid.UUID, act: ActName) -> None:
    if act == "up" or act == "down":
        await categories.move(ctx, tx, category_id, act)
    elif act == "delete":
        await categories.remove(ctx, tx, category_id)
    else:
        await categories.switch(ctx, tx, category_id, act == "on")


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
        found = await categories.tree(tx)
        is_everybodys = await scope.shops_of(ctx, tx) is None
    return await page(
        ctx,
        "shop/staff_categories.html",
        status=422 if faults else 200,
        categories=found,
        ends=_ends(found),
        choices=[(one.id, "　" * (one.depth - 1) + one.name) for one in found],
        raw=raw,
        refused=category_id,
        errors=fault_texts(ctx, faults or {}),
        may_manage=ctx.actor.can(MANAGE) and is_everybodys,
    )


def _ends(found: list[StaffCategory]) -> dict[uuid.UUID, tuple[bool, bool]]:
    """Whether each is the first, and the last, of its sisters."""
    sisters: dict[uuid.UUID | None, list[uuid.UUID]] = {}
    for one in found:
        sisters.setdefault(one.parent_id, []).append(one.id)
    return {id_: (id_ == ids[0], id_ == ids[-1]) for ids in sisters.values() for id_ in ids}


route_handlers: Final[list[ControllerRouterHandler]] = [category_list, add, change, act_on_category]
