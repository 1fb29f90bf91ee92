"""Slips for parcels (納品書): one order or many, each on a sheet of its own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.ui import SlipsSubject
from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import Ctx, Slot, TenantCtx, requires
from nakamise.web import N_, gettext_for, page, see_other
from nakamise_shop import scope
from nakamise_shop.domain.order_state import OrderStatus, order_status
from nakamise_shop.orders import repository
from nakamise_shop.orders.bills import teller
from nakamise_shop.orders.labels import note_label
from nakamise_shop.orders.refunds_repository import refunds_of
from nakamise_shop.orders.schemas import Line, OrderHeader, ShipTo
from nakamise_shop.paging import filter_of
from nakamise_shop.staff.orders.slip_amounts import packed

LIST: Final = "/admin/shop/orders"
READ: Final = "shop.orders.read"
MOST: Final = 100
NOTHING: Final = N_("Nothing of these orders is sent, so they have no slip: %(numbers)s")


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into one parcel; without ``with_prices`` a gift's recipient reads no amount."""

    header: OrderHeader
    lines: list[Line]
    with_prices: bool

    @property
    def is_any(self) -> bool:
        """Whether there is, or was, anything to pack: a cancelled order's money goes back, what was sent stays so."""
        status = order_status(self.header.state, [line.fulfil_state for line in self.lines])
        return status is not OrderStatus.CANCELLED

    @property
    def label(self) -> list[str]:
        return label_lines(self.header.address)


class SlipQuery(msgspec.Struct, frozen=True, kw_only=True):
    """``prices`` auto: as the buyer wished."""

    prices: Literal["auto", "yes", "no"] = "auto"


@get("/orders/slips", opt=requires(READ), include_in_schema=False)
async def many(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    """Of the ticked orders, as the list shows them."""
    chosen = request.query_params.getall("orders", [])
    try:
        ids = msgspec.convert(chosen, Annotated[list[uuid.UUID], Meta(min_length=1, max_length=MOST)])
    except msgspec.ValidationError as wrong:
        raise NotFound from wrong
    query = filter_of(SlipQuery, {"prices": request.query_params.get("prices", "auto")})
    return await _show(ctx, ids, query, back=LIST)


@get("/orders/{order_id:uuid}/slip", opt=requires(READ), include_in_schema=False)
async def one(request: Request[Any, Any, Any], ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """No prices of other orders, no buttons on paper."""
    query = filter_of(SlipQuery, request.query_params)
    return await _show(ctx, [order_id], query, back=f"{LIST}/{order_id}")


async def _show(ctx: TenantCtx, ids: list[uuid.UUID], query: SlipQuery, *, back: str) -> Response[bytes]:
    """Of the orders of which something is, or was, in a parcel; without any, ``back`` with the reason."""
    async with ctx.read() as tx:
        headers = await repository.headers_by_id(tx, ids, await scope.shops_of(ctx, tx))
        lines = await repository.lines_of_all(tx, ids)
        every = [await _slip(tx, header, lines[header.id], query) for header in headers]
    if not every:
        raise NotFound
    slips = [slip for slip in every if slip.is_any]
    left_out = "、".join(slip.header.number for slip in every if not slip.is_any)
    if not slips:
        return see_other(
            ctx, back, flash=gettext_for(ctx.locale, "shop")(NOTHING, numbers=left_out), kind="danger"
        )
    return await page(
        ctx,
        "shop/staff_slip.html",
        slots={Slot.ADMIN_ORDER_SLIP: SlipsSubject(tuple(slip.header.id for slip in slips))},
        slips=slips,
        left_out=left_out,
        told=teller(ctx.locale),
        list=LIST,
        note_label=note_label(ctx),
    )


async def _slip(tx: Tx, header: OrderHeader, of_order: Sequence[Line], query: SlipQuery) -> Slip:
    lines = [line for line in of_order if line.counts]
    with_prices = query.prices == "yes" or (query.prices == "auto" and not header.is_gift)
    if header.refunded_cash or header.refunded_points or any(line.refunded_qty for line in lines):
        refunds = [one.as_refund() for one in await refunds_of(tx, [header.id])]
        sent_at = {one.id: one.shipped_at for one in await repository.shipments_of(tx, header.id)}
        header, lines = packed(header, of_order, refunds, sent_at)
    return Slip(header=header, lines=lines, with_prices=with_prices)


def label_lines(to: ShipTo) -> list[str]:
    """The address as it is written on a parcel."""
    code = f"〒{to.postal_code[:3]}-{to.postal_code[3:]}"
    place = f"{to.prefecture}{to.city}{to.line1}"
    return [line for line in (code, place, to.line2, f"{to.name} 様", to.phone) if line]


route_handlers: Final[list[ControllerRouterHandler]] = [many, one]
