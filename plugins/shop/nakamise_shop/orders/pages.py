"""A buyer's orders as pages."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.errors import Conflict
from nakamise.ids import new_token
from nakamise.plugin import Ctx, Slot, signed_in
from nakamise.web import gettext_for, page, read_form, see_other
from nakamise_shop.orders import bills, labels, service, vouchers
from nakamise_shop.orders.again import GONE, buy_again
from nakamise_shop.orders.cancel import cancel
from nakamise_shop.orders.schemas import OrderFilter
from nakamise_shop.orders.story import story
from nakamise_shop.paging import address, filter_of, page_base, tabs
from nakamise_shop.saying import say

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/shop/orders"


class CancelForm(msgspec.Struct, frozen=True):
    key: Annotated[str, Meta(min_length=8, max_length=100)]


@get("/orders", opt=signed_in(), include_in_schema=False)
async def order_list(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(OrderFilter, request.query_params)
    async with ctx.read() as tx:
        found = await service.order_page(ctx, tx, wanted)
    words = labels.words(ctx.locale)
    names = [(status, badge.label) for status, badge in words.statuses.items()]
    return await page(
        ctx,
        "shop/orders_list.html",
        found=found,
        base=page_base(address(LIST, wanted)),
        tabs=tabs(ctx, LIST, wanted, "status", names, found.counts),
        words=words,
    )


@get("/orders/{number:str}", opt=signed_in(), include_in_schema=False)
async def order_detail(ctx: Ctx, number: FromPath[str]) -> Response[bytes]:
    async with ctx.read() as tx:
        order = await service.own_order(ctx, tx, number)
        void = await vouchers.void_words(ctx, tx, order.header)
    return await page(
        ctx,
        "shop/orders_detail.html",
        void_numbers=gettext_for(ctx.locale, "shop")(void) if void else "",
        slots={Slot.ORDER_SECTION: service.subject_of(order)},
        order=order,
        timeline=story(ctx.locale, order),
        words=labels.words(ctx.locale),
        told=bills.teller(ctx.locale),
        note_label=labels.note_label(ctx),
        key=new_token(),
        cancel_words=service.cancel_words(ctx),
    )


@post("/orders/{number:str}/cancel", opt=signed_in(), include_in_schema=False)
async def cancel_order(request: AnyRequest, ctx: Ctx, number: FromPath[str]) -> Response[bytes]:
    form = (await read_form(request, CancelForm)).valid()
    _ = gettext_for(ctx.locale, "shop")
    try:
        await cancel(ctx, number, form.key)
    except Conflict as late:
        return see_other(ctx, f"{LIST}/{number}", flash=say(ctx, late), kind="danger")
    return see_other(ctx, f"{LIST}/{number}", flash=_("The order was cancelled."))


@post("/orders/{number:str}/again", opt=signed_in(), include_in_schema=False)
async def order_again(ctx: Ctx, number: FromPath[str]) -> Response[bytes]:
    """To the cart, where what could not be added is named."""
    _ = gettext_for(ctx.locale, "shop")
    async with ctx.begin() as tx:
        done = await buy_again(ctx, tx, number, _(GONE))
    missing = " ".join(f"{one.name}: {one.reason}" for one in done.missing)
    if not done.added:
        said = _("Nothing of this order can be bought now. %(missing)s", missing=missing)
        return see_other(ctx, f"{LIST}/{number}", flash=said, kind="danger")
    if missing:
        said = _("In your cart, except these: %(missing)s", missing=missing)
        return see_other(ctx, "/shop/cart", flash=said, kind="info")
    return see_other(ctx, "/shop/cart", flash=_("Everything of the order is in your cart."))


route_handlers: Final[list[ControllerRouterHandler]] = [order_list, order_detail, cancel_order, order_again]
