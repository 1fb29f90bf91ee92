"""Pages of orders: list, export, one order."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from nakamise.contracts.ui import StaffOrdersSubject
from nakamise.ids import uuid7
from nakamise.japan import Prefecture
from nakamise.plugin import Ctx, Slot, TenantCtx, requires
from nakamise.web import csv_stream, page
from nakamise_shop import scope
from nakamise_shop.domain.order_state import LineState, OrderStatus
from nakamise_shop.orders.bills import teller
from nakamise_shop.orders.cancel import staff_may_cancel
from nakamise_shop.orders.labels import note_label
from nakamise_shop.orders.service import order_by_id, subject_of
from nakamise_shop.paging import address, filter_of, page_base, tabs
from nakamise_shop.staff.orders import repository as orders_repository
from nakamise_shop.staff.orders import service
from nakamise_shop.staff.orders.as_csv import CHARSETS, Encoding, order_csv
from nakamise_shop.staff.orders.bulk import MOST
from nakamise_shop.staff.orders.notes import notes_of
from nakamise_shop.staff.orders.schemas import StaffOrderFilter
from nakamise_shop.staff.orders.slips import label_lines
from nakamise_shop.staff.orders.story import story_of
from nakamise_shop.staff.products import repository as products_repository
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
OPEN: Final = (LineState.UNFULFILLED, LineState.PROCESSING)


@get("/orders", opt=requires(READ), include_in_schema=False)
async def order_list(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(StaffOrderFilter, request.query_params)
    async with ctx.read() as tx:
        found = await service.order_lines(ctx, tx, wanted)
        if wanted.page > found.page_count:
            # An old link, or the orders before went into another tab.
            wanted = msgspec.structs.replace(wanted, page=found.page_count)
            found = await service.order_lines(ctx, tx, wanted)
        shops = await products_repository.shop_choices(tx, await scope.shops_of(ctx, tx))
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
        payments=choices(ctx, {value: label for value, (label, _) in PAYMENT_STATUS.items()}),
        may_fulfil=ctx.actor.can(FULFIL),
        most=MOST,
        no_dates=[
            text
            for name in ("since", "until")
            if (text := request.query_params.get(name)) and getattr(wanted, name) is None
        ],
        slots={Slot.ADMIN_ORDERS_TOOLS: StaffOrdersSubject(address("", wanted).lstrip("?"))},
    )


class _Format(msgspec.Struct, frozen=True, kw_only=True):
    encoding: Encoding = "utf-8-sig"


@get("/orders/export.csv", opt=requires(READ), include_in_schema=False)
async def export(request: AnyRequest, ctx: Ctx) -> Stream:
    """The filtered list, all pages of it."""
    return await exported(ctx, request)


async def exported(ctx: TenantCtx, request: AnyRequest) -> Stream:
    """As the query says, and noted in the log."""
    wanted = filter_of(StaffOrderFilter, request.query_params)
    encoding = filter_of(_Format, request.query_params).encoding
    name = f"orders-{ctx.now().astimezone(ctx.tenant.zone):%Y%m%d-%H%M}.csv"
    async with ctx.begin() as tx:
        await ctx.audit(tx, "shop.orders.exported", name, filter=ctx.http.query)
    return csv_stream(name, order_csv(ctx, wanted, encoding), CHARSETS[encoding])


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
    part: str = "",
) -> Response[bytes]:
    """``errors`` and ``typed`` are of a refused act; ``part`` names its dialog."""
    async with ctx.read() as tx:
        order = await order_by_id(ctx, tx, order_id)
        pieces = await orders_repository.pieces_of(tx, order_id)
        notes = await notes_of(tx, order_id)
    changeable = order.header.state in ("pending", "paid", "part_refunded")
    return await page(
        ctx,
        "shop/staff_order.html",
        status=status,
        slots={Slot.ADMIN_ORDER_SECTION: subject_of(order)},
        order=order,
        pieces=pieces,
        action=f"{LIST}/{order_id}",
        story=story_of(ctx, order),
        order_status=badges(ctx, ORDER_STATUS),
        pay_status=badges(ctx, PAYMENT_STATUS),
        line_states=badges(ctx, LINE_STATES),
        carriers=choices(ctx, CARRIERS),
        carrier_names=labels(ctx, CARRIERS),
        told=teller(ctx.locale),
        label=label_lines(order.header.address),
        may_fulfil=ctx.actor.can(FULFIL) and order.header.state in ("paid", "part_refunded"),
        may_cancel=ctx.actor.can(FULFIL) and staff_may_cancel(order),
        may_change=ctx.actor.can(FULFIL) and changeable and not order.shipments,
        open_units=[one for one in order.lines if one.counts and one.fulfil_state in OPEN],
        notes=notes,
        own_id=ctx.actor.user_id,
        note_label=note_label(ctx),
        refund_id=uuid7(),
        errors=errors or {},
        typed=typed or {},
        part=part,
        prefectures=[
            (one.ja, one.ja if ctx.locale == "ja" else f"{one.en} ({one.ja})") for one in Prefecture
        ],
    )


route_handlers: Final[list[ControllerRouterHandler]] = [order_list, export, order_detail]
