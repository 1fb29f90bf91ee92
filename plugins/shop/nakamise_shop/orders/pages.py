"""A buyer's orders as pages."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.ui import OrderSubject
from nakamise.errors import Conflict
from nakamise.ids import new_token
from nakamise.plugin import Ctx, Slot, TenantCtx, signed_in
from nakamise.ui.views import NavLink
from nakamise.web import N_, gettext_for, page, read_form, see_other
from nakamise_shop.orders import labels, service
from nakamise_shop.orders.cancel import cancel
from nakamise_shop.orders.schemas import Order, OrderFilter, OrderPage
from nakamise_shop.orders.story import story

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/shop/orders"


class CancelForm(msgspec.Struct, frozen=True):
    key: Annotated[str, Meta(min_length=8, max_length=100)]


def filter_of(query: dict[str, str]) -> OrderFilter:
    """What the address asks for; what it cannot mean shows everything, so that an old link still works."""
    try:
        return msgspec.convert({k: v for k, v in query.items() if v}, OrderFilter, strict=False)
    except msgspec.ValidationError:
        return OrderFilter()


@get("/orders", opt=signed_in(), include_in_schema=False)
async def order_list(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(dict(request.query_params))
    async with ctx.read() as tx:
        found = await service.order_page(ctx, tx, wanted)
    base = f"?status={wanted.status.value}&page=" if wanted.status else "?page="
    return await page(
        ctx,
        "shop/orders_list.html",
        found=found,
        base=base,
        tabs=_tabs(ctx, wanted, found),
        words=labels.words(ctx.locale),
    )


def _tabs(ctx: TenantCtx, wanted: OrderFilter, found: OrderPage) -> list[NavLink]:
    _ = gettext_for(ctx.locale, "shop")
    badges = labels.words(ctx.locale).statuses
    every = NavLink(_(N_("All")), LIST, current=wanted.status is None, count=sum(found.counts.values()))
    return [
        every,
        *(
            NavLink(
                badge.label,
                f"{LIST}?status={status.value}",
                current=wanted.status is status,
                count=found.counts.get(status.value, 0),
            )
            for status, badge in badges.items()
        ),
    ]


@get("/orders/{number:str}", opt=signed_in(), include_in_schema=False)
async def order_detail(ctx: Ctx, number: FromPath[str]) -> Response[bytes]:
    async with ctx.read() as tx:
        order = await service.own_order(ctx, tx, number)
    return await page(
        ctx,
        "shop/orders_detail.html",
        slots={Slot.ORDER_SECTION: subject_of(order)},
        order=order,
        timeline=story(gettext_for(ctx.locale, "shop"), order),
        words=labels.words(ctx.locale),
        rate=labels.rate,
        key=new_token(),
    )


def subject_of(order: Order) -> OrderSubject:
    header = order.header
    return OrderSubject(
        order_id=header.id,
        number=header.number,
        state=header.state.value,
        total=header.total,
        currency=header.currency,
    )


@post("/orders/{number:str}/cancel", opt=signed_in(), include_in_schema=False)
async def cancel_order(request: AnyRequest, ctx: Ctx, number: FromPath[str]) -> Response[bytes]:
    form = (await read_form(request, CancelForm)).valid()
    _ = gettext_for(ctx.locale, "shop")
    try:
        await cancel(ctx, number, form.key)
    except Conflict as late:
        return see_other(ctx, f"{LIST}/{number}", flash=_(late.message), kind="danger")
    return see_other(ctx, f"{LIST}/{number}", flash=_("The order was cancelled."))


route_handlers: Final[list[ControllerRouterHandler]] = [order_list, order_detail, cancel_order]
