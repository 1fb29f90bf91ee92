"""A buyer's orders as JSON."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import get, post
from litestar.params import FromPath, FromQuery, HeaderParameter, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, signed_in
from nakamise.web import gettext_for
from nakamise_shop.checkout.idempotency import checked_key
from nakamise_shop.domain.order_state import OrderStatus
from nakamise_shop.orders import service
from nakamise_shop.orders.again import GONE, Again, buy_again
from nakamise_shop.orders.cancel import cancel
from nakamise_shop.orders.schemas import Cancelled, Order, OrderFilter, OrderPage

TAGS: Final = ["shop"]
IdempotencyKey = Annotated[str | None, HeaderParameter(name="Idempotency-Key", required=True)]
PageNumber = Annotated[int, QueryParameter(name="page", ge=1, le=1000)]


@get("/orders", opt=signed_in(), tags=TAGS, operation_id="shop_list_orders")
async def list_orders(
    ctx: Ctx, status: FromQuery[OrderStatus | None] = None, page_number: PageNumber = 1
) -> OrderPage:
    """Newest first; ``counts`` are for all statuses."""
    async with ctx.read() as tx:
        return await service.order_page(ctx, tx, OrderFilter(status=status, page=page_number))


@get("/orders/{number:str}", opt=signed_in(), tags=TAGS, operation_id="shop_get_order")
async def get_order(ctx: Ctx, number: FromPath[str]) -> Order:
    async with ctx.read() as tx:
        return await service.own_order(ctx, tx, number)


@post(
    "/orders/{number:str}/cancel",
    opt=signed_in(),
    tags=TAGS,
    operation_id="shop_cancel_order",
    status_code=200,
)
async def cancel_order(ctx: Ctx, number: FromPath[str], idempotency_key: IdempotencyKey = None) -> Cancelled:
    """409 ``not_cancellable`` once the shop began to process it. Unpaid, its whole purchase is cancelled."""
    return await cancel(ctx, number, checked_key(idempotency_key))


@post(
    "/orders/{number:str}/again",
    opt=signed_in(),
    tags=TAGS,
    operation_id="shop_buy_order_again",
    status_code=200,
)
async def order_again(ctx: Ctx, number: FromPath[str]) -> Again:
    """The same items in the cart, as far as they are on sale; the rest is listed with the reason."""
    async with ctx.begin() as tx:
        return await buy_again(ctx, tx, number, gettext_for(ctx.locale, "shop")(GONE))


route_handlers: Final[list[ControllerRouterHandler]] = [list_orders, get_order, cancel_order, order_again]
