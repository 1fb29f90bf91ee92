"""The card of related products on a product's page, and the same as JSON."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.errors import Invalid
from nakamise.plugin import Ctx, requires
from nakamise.web import N_, read_form, see_other
from nakamise_shop.saying import say
from nakamise_shop.staff.products import related, service
from nakamise_shop.staff.products.pages import LIST, MANAGE, READ
from nakamise_shop.staff.products.related import Act, RelatedInput, RelatedKind, RelatedLine
from nakamise_shop.staff.products.schemas import Line
from nakamise_shop.staff.text import words

TAGS: Final = ["shop staff"]


class AddForm(msgspec.Struct, frozen=True, kw_only=True):
    other: Line
    kind: RelatedKind = "related"


class ActForm(msgspec.Struct, frozen=True, kw_only=True):
    other_id: uuid.UUID
    act: Act


@post("/products/{product_id:uuid}/related", opt=requires(MANAGE), include_in_schema=False)
async def add(request: Request[Any, Any, Any], ctx: Ctx, product_id: FromPath[uuid.UUID]) -> Response[bytes]:
    back = f"{LIST}/{product_id}#related"
    form = (await read_form(request, AddForm)).valid()
    try:
        async with ctx.begin() as tx:
            await related.add(ctx, tx, product_id, form.other, form.kind)
    except Invalid as refused:
        return see_other(ctx, back, flash=say(ctx, refused.fields["other"]), kind="danger")
    return see_other(ctx, back, flash=words(ctx)(N_("Saved.")))


@post("/products/{product_id:uuid}/related/act", opt=requires(MANAGE), include_in_schema=False)
async def act(request: Request[Any, Any, Any], ctx: Ctx, product_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, ActForm)).valid()
    async with ctx.begin() as tx:
        await related.act_on(ctx, tx, product_id, form.other_id, form.act)
    return see_other(ctx, f"{LIST}/{product_id}#related", flash=words(ctx)(N_("Saved.")))


@get(
    "/staff/products/{product_id:uuid}/related",
    opt=requires(READ),
    tags=TAGS,
    operation_id="shop_staff_list_related",
)
async def list_related(ctx: Ctx, product_id: FromPath[uuid.UUID]) -> list[RelatedLine]:
    async with ctx.read() as tx:
        await service.product(ctx, tx, product_id)
        return await related.lines(ctx, tx, product_id)


@put(
    "/staff/products/{product_id:uuid}/related",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shop_staff_put_related",
)
async def put_related(
    ctx: Ctx, product_id: FromPath[uuid.UUID], data: JSONBody[list[RelatedInput]]
) -> list[RelatedLine]:
    """All of them, in the order in which they are shown."""
    async with ctx.begin() as tx:
        await related.put(ctx, tx, product_id, data)
        return await related.lines(ctx, tx, product_id)


page_handlers: Final[list[ControllerRouterHandler]] = [add, act]
api_handlers: Final[list[ControllerRouterHandler]] = [list_related, put_related]
