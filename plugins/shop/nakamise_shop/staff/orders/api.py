"""Orders as JSON, for staff."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Any, Final, Literal

from litestar import Request, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires
from nakamise_shop.domain.order_state import OrderStatus
from nakamise_shop.orders import fulfil
from nakamise_shop.orders.cancel import cancel_as_staff
from nakamise_shop.orders.schemas import Order, PayStatus
from nakamise_shop.orders.service import order_by_id
from nakamise_shop.staff.orders import service
from nakamise_shop.staff.orders.pages import FULFIL, READ, exported
from nakamise_shop.staff.orders.schemas import (
    CancelInput,
    Label,
    ShipInput,
    StaffOrderFilter,
    StaffOrderLines,
    StartInput,
)

TAGS: Final = ["shop staff"]


@get("/staff/orders", opt=requires(READ), tags=TAGS, operation_id="shop_staff_list_orders")
async def list_orders(
    ctx: Ctx,
    status: FromQuery[OrderStatus | None] = None,
    payment: FromQuery[PayStatus | None] = None,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    shop: FromQuery[str | None] = None,
    since: FromQuery[date | None] = None,
    until: FromQuery[date | None] = None,
    dates: FromQuery[Literal["placed", "paid"]] = "placed",
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=1000)] = 1,
) -> StaffOrderLines:
    """One entry per order, newest first; ``since`` and ``until`` are days of the tenant, both included, of the order or of its
    payment (``dates``)."""
    wanted = StaffOrderFilter(
        status=status,
        payment=payment,
        q=q,
        shop=shop,
        since=since,
        until=until,
        dates=dates,
        page=page_number,
    )
    async with ctx.read() as tx:
        return await service.order_lines(ctx, tx, wanted)


@get("/staff/orders.csv", opt=requires(READ), tags=TAGS, operation_id="shop_staff_export_orders")
async def export_orders(request: Request[Any, Any, Any], ctx: Ctx) -> Stream:
    """Filters as of the list, all pages; ``encoding`` utf-8-sig (with a byte order mark) or cp932."""
    return await exported(ctx, request)


@get("/staff/orders/{order_id:uuid}", opt=requires(READ), tags=TAGS, operation_id="shop_staff_get_order")
async def get_order(ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Order:
    async with ctx.read() as tx:
        return await order_by_id(ctx, tx, order_id)


@post(
    "/staff/orders/{order_id:uuid}/start",
    opt=requires(FULFIL),
    tags=TAGS,
    operation_id="shop_staff_start_order",
    status_code=200,
)
async def start(ctx: Ctx, order_id: FromPath[uuid.UUID], data: JSONBody[StartInput]) -> Order:
    """The shop begins to process these lines."""
    async with ctx.begin() as tx:
        await fulfil.start(ctx, tx, order_id, data.lines)
        return await order_by_id(ctx, tx, order_id)


@post(
    "/staff/orders/{order_id:uuid}/shipments",
    opt=requires(FULFIL),
    tags=TAGS,
    operation_id="shop_staff_ship_order",
)
async def ship(ctx: Ctx, order_id: FromPath[uuid.UUID], data: JSONBody[ShipInput]) -> Order:
    """One parcel leaves with these lines; the buyer gets a mail."""
    async with ctx.begin() as tx:
        await fulfil.ship(ctx, tx, order_id, data.lines, data.carrier, data.tracking_number)
        return await order_by_id(ctx, tx, order_id)


@put(
    "/staff/orders/{order_id:uuid}/shipments/{shipment_id:uuid}",
    opt=requires(FULFIL),
    tags=TAGS,
    operation_id="shop_staff_renumber_shipment",
)
async def renumber(
    ctx: Ctx, order_id: FromPath[uuid.UUID], shipment_id: FromPath[uuid.UUID], data: JSONBody[Label]
) -> Order:
    """Another label for a parcel that has not arrived; nobody is told twice."""
    async with ctx.begin() as tx:
        await fulfil.renumber(ctx, tx, order_id, shipment_id, data.carrier, data.tracking_number)
        return await order_by_id(ctx, tx, order_id)


@post(
    "/staff/orders/{order_id:uuid}/shipments/{shipment_id:uuid}/deliver",
    opt=requires(FULFIL),
    tags=TAGS,
    operation_id="shop_staff_deliver_shipment",
    status_code=200,
)
async def deliver(ctx: Ctx, order_id: FromPath[uuid.UUID], shipment_id: FromPath[uuid.UUID]) -> Order:
    async with ctx.begin() as tx:
        await fulfil.deliver(ctx, tx, order_id, shipment_id)
        return await order_by_id(ctx, tx, order_id)


@post(
    "/staff/orders/{order_id:uuid}/cancel",
    opt=requires(FULFIL),
    tags=TAGS,
    operation_id="shop_staff_cancel_order",
    status_code=200,
)
async def cancel(ctx: Ctx, order_id: FromPath[uuid.UUID], data: JSONBody[CancelInput]) -> Order:
    """Until the first parcel left; what was paid goes back."""
    async with ctx.begin() as tx:
        await cancel_as_staff(ctx, tx, order_id, data.reason)
        return await order_by_id(ctx, tx, order_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_orders,
    export_orders,
    get_order,
    start,
    ship,
    renumber,
    deliver,
    cancel,
]
