"""Proposals of orders that could share a parcel."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.errors import Conflict
from nakamise.plugin import Ctx, requires
from nakamise.web import N_, filter_of, gettext_for, page, page_base, read_form, see_other
from nakamise_shipping.merging import service, undoing
from nakamise_shipping.saying import say
from nakamise_shipping.settings import ShippingSettings

BASE: Final = "/admin/shipping/merges"
SEND: Final = "shipping.send"


class MergeForm(msgspec.Struct, frozen=True):
    orders: Annotated[list[uuid.UUID], Meta(min_length=2, max_length=100)]


class MergeFilter(msgspec.Struct, frozen=True):
    """``page`` of those that share a parcel already."""

    page: Annotated[int, Meta(ge=1, le=10_000)] = 1


@get("/merges", opt=requires(SEND), include_in_schema=False)
async def proposals(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(MergeFilter, dict(request.query_params))
    async with ctx.read() as tx:
        found = await service.proposals(ctx, tx)
        done = await undoing.merge_page(ctx, tx, wanted.page)
    hours = ctx.settings(ShippingSettings).merge_hours
    return await page(
        ctx, "shipping/merges.html", found=found, done=done, hours=hours, paging=page_base(BASE)
    )


@post("/merges", opt=requires(SEND), include_in_schema=False)
async def merge(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    form = (await read_form(request, MergeForm)).valid()
    try:
        async with ctx.begin() as tx:
            done = await service.merge(ctx, tx, form.orders)
    except Conflict as refused:
        return see_other(ctx, BASE, flash=say(ctx, refused), kind="danger")
    _ = gettext_for(ctx.locale, "shipping")
    return see_other(ctx, BASE, flash=_(N_("%(numbers)s go in one parcel."), numbers=done.numbers))


@post("/merges/{merge_id:uuid}/undo", opt=requires(SEND), include_in_schema=False)
async def undo(ctx: Ctx, merge_id: FromPath[uuid.UUID]) -> Response[bytes]:
    try:
        async with ctx.begin() as tx:
            done = await undoing.undo(ctx, tx, merge_id)
    except Conflict as refused:
        return see_other(ctx, BASE, flash=say(ctx, refused), kind="danger")
    _ = gettext_for(ctx.locale, "shipping")
    return see_other(
        ctx, BASE, flash=_(N_("%(numbers)s go in parcels of their own again."), numbers=done.numbers)
    )


route_handlers: Final[list[ControllerRouterHandler]] = [proposals, merge, undo]
