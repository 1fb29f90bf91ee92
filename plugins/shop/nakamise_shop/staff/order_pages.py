"""Pages of orders: list, export, one order, its packing slip."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, Slot, TenantCtx, requires
from nakamise.web import page
from nakamise_shop.domain.order_state import OrderStatus
from nakamise_shop.orders.cancel import staff_may_cancel
from nakamise_shop.orders.schemas import ShipTo
from nakamise_shop.orders.service import order_by_id, subject_of
from nakamise_shop.paging import address, filter_of, page_base, tabs
from nakamise_shop.staff import orders_service as service
from nakamise_shop.staff import products_repository
from nakamise_shop.staff.orders_csv import order_csv
from nakamise_shop.staff.orders_schemas import StaffOrderFilter
from nakamise_shop.staff.story import story_of
from nakamise_shop.staff.text import (
    CARRIERS,
    LINE_STATES,
    ORDER_STATUS,
    PAYMENT_STATUS,
    badges,
    choices,
    labels,
    words,
)

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/shop/orders"
READ: Final = "shop.orders.read"
FULFIL: Final = "shop.orders.fulfil"


@get("/orders", opt=requires(READ), include_in_schema=False)
async def order_list(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(StaffOrderFilter, request.query_params)
    async with ctx.read() as tx:
        found = await service.order_lines(ctx, tx, wanted)
        shops = await products_repository.shop_choices(tx)
    names = [(status, words(ctx)(ORDER_STATUS[status][0])) for status in OrderStatus]
    return await page(
        ctx,
        "shop/staff_orders.html",
        found=found,
        wanted=wanted,
        tabs=tabs(ctx, LIST, wanted, "status", names, found.counts),
        shops=shops,
        order_status=badges(ctx, ORDER_STATUS),
        pay_status=badges(ctx, PAYMENT_STATUS),
        paging=page_base(address(LIST, wanted)),
        export=address(f"{LIST}/export.csv", wanted),
    )


@get("/orders/export.csv", opt=requires(READ), include_in_schema=False)
async def export(request: AnyRequest, ctx: Ctx) -> Stream:
    """The filtered list, all pages of it."""
    wanted = filter_of(StaffOrderFilter, request.query_params)
    name = f"orders-{ctx.now().astimezone(ctx.tenant.zone):%Y%m%d-%H%M}.csv"
    async with ctx.begin() as tx:
        await ctx.audit(tx, "shop.orders.exported", name, filter=ctx.http.query)
    return Stream(
        order_csv(ctx, wanted),
        media_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "no-store",
        },
    )


@get("/orders/{order_id:uuid}", opt=requires(READ), include_in_schema=False)
async def order_detail(ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await show(ctx, order_id)


async def show(
    ctx: TenantCtx,
    order_id: uuid.UUID,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
) -> Response[bytes]:
    """``errors`` and ``typed`` are of a refused act."""
    async with ctx.read() as tx:
        order = await order_by_id(ctx, tx, order_id)
    return await page(
        ctx,
        "shop/staff_order.html",
        status=status,
        slots={Slot.ADMIN_ORDER_SECTION: subject_of(order)},
        order=order,
        action=f"{LIST}/{order_id}",
        story=story_of(ctx, order),
        order_status=badges(ctx, ORDER_STATUS),
        pay_status=badges(ctx, PAYMENT_STATUS),
        line_states=badges(ctx, LINE_STATES),
        carriers=choices(ctx, CARRIERS),
        carrier_names=labels(ctx, CARRIERS),
        label=label_lines(order.header.address),
        may_fulfil=ctx.actor.can(FULFIL) and order.header.state in ("paid", "part_refunded"),
        may_cancel=ctx.actor.can(FULFIL) and staff_may_cancel(order),
        errors=errors or {},
        typed=typed or {},
    )


def label_lines(to: ShipTo) -> list[str]:
    """The address as it is written on a parcel."""
    code = f"〒{to.postal_code[:3]}-{to.postal_code[3:]}"
    place = f"{to.prefecture}{to.city}{to.line1}"
    return [line for line in (code, place, to.line2, f"{to.name} 様", to.phone) if line]


@get("/orders/{order_id:uuid}/slip", opt=requires(READ), include_in_schema=False)
async def packing_slip(ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """For the parcel: no prices of other orders, no buttons on paper."""
    async with ctx.read() as tx:
        order = await order_by_id(ctx, tx, order_id)
    return await page(
        ctx, "shop/staff_slip.html", order=order, label=label_lines(order.header.address), list=LIST
    )


route_handlers: Final[list[ControllerRouterHandler]] = [order_list, export, order_detail, packing_slip]
