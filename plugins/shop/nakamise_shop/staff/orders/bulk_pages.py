"""Steps on the ticked orders of the list, with what became of each."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, page, read_form, see_other
from nakamise_shop import scope
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.orders import repository
from nakamise_shop.staff.orders.bulk import MOST, Outcome, Parcel, ship_all, start_all
from nakamise_shop.staff.orders.desk import per_row
from nakamise_shop.staff.orders.pages import FULFIL, LIST
from nakamise_shop.staff.orders.slips import label_lines
from nakamise_shop.staff.text import CARRIERS, choices, words

AnyRequest = Request[Any, Any, Any]
_DEFAULT: Final = Carrier.YAMATO


class Ticked(msgspec.Struct, kw_only=True):
    orders: Annotated[list[uuid.UUID], Meta(max_length=MOST)] = []


@post("/orders/bulk/start", opt=requires(FULFIL), include_in_schema=False)
async def start(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    ticked = (await read_form(request, Ticked)).valid().orders
    if not ticked:
        return _nothing(ctx)
    return await _outcomes(ctx, await start_all(ctx, ticked), N_("Processing started."))


@get("/orders/bulk/ship", opt=requires(FULFIL), include_in_schema=False)
async def entry(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """One row for each ticked order: carrier and number."""
    try:
        ticked = msgspec.convert(
            request.query_params.getall("orders", []), Annotated[list[uuid.UUID], Meta(max_length=MOST)]
        )
    except msgspec.ValidationError:
        ticked = []
    return await _entry(ctx, ticked, {}, {}, []) if ticked else _nothing(ctx)


@post("/orders/bulk/ship", opt=requires(FULFIL), include_in_schema=False)
async def ship(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """Those that were refused stay on the page with what was typed."""
    ticked = (await read_form(request, Ticked)).valid().orders
    form = await request.form()
    carriers, numbers = per_row(form, "carrier"), per_row(form, "number")
    parcels = [
        Parcel(
            order_id=order_id,
            carrier=_carrier(carriers.get(str(order_id), "")),
            tracking_number=numbers.get(str(order_id), "")[:60],
        )
        for order_id in ticked
    ]
    if not parcels:
        return _nothing(ctx)
    outcomes = await ship_all(ctx, parcels)
    left = [one.order_id for one in outcomes if not one.done]
    if not left:
        return await _outcomes(ctx, outcomes, N_("Shipped. The buyer gets a mail with the tracking number."))
    return await _entry(ctx, left, carriers, numbers, outcomes)


def _carrier(name: str) -> Carrier:
    return Carrier(name) if name in set(Carrier) else _DEFAULT


async def _entry(
    ctx: TenantCtx,
    ids: list[uuid.UUID],
    carriers: dict[str, str],
    numbers: dict[str, str],
    outcomes: list[Outcome],
) -> Response[bytes]:
    async with ctx.read() as tx:
        headers = await repository.headers_by_id(tx, ids, await scope.shops_of(ctx, tx))
    return await page(
        ctx,
        "shop/staff_orders_ship.html",
        status=422 if outcomes else 200,
        rows=[(header, label_lines(header.address)) for header in headers],
        carriers=choices(ctx, CARRIERS),
        default=_DEFAULT.value,
        typed_carriers=carriers,
        typed_numbers=numbers,
        done=[one for one in outcomes if one.done],
        refused={one.order_id: one.message for one in outcomes if not one.done},
        list=LIST,
    )


async def _outcomes(ctx: TenantCtx, outcomes: list[Outcome], said: str) -> Response[bytes]:
    if all(one.done for one in outcomes) and len(outcomes) == 1:
        return see_other(ctx, LIST, flash=words(ctx)(said))
    return await page(ctx, "shop/staff_orders_done.html", outcomes=outcomes, said=words(ctx)(said), list=LIST)


def _nothing(ctx: TenantCtx) -> Response[bytes]:
    return see_other(
        ctx, LIST, flash=words(ctx)(N_("Tick the orders first, at most %(n)s."), n=MOST), kind="danger"
    )


route_handlers: Final[list[ControllerRouterHandler]] = [start, entry, ship]
