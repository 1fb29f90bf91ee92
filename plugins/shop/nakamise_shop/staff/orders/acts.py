"""Buttons on an order: process, send, deliver, cancel."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, Form, read_form, see_other
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.orders import fulfil
from nakamise_shop.orders.cancel import cancel_as_staff
from nakamise_shop.saying import say
from nakamise_shop.staff.orders.pages import FULFIL, LIST, show
from nakamise_shop.staff.orders.schemas import LineNumbers
from nakamise_shop.staff.products.acts import check_confirmed
from nakamise_shop.staff.text import fault_texts, words

AnyRequest = Request[Any, Any, Any]


class StartForm(msgspec.Struct, kw_only=True):
    lines: LineNumbers = []


class ShipForm(msgspec.Struct, kw_only=True):
    lines: LineNumbers = []
    carrier: Carrier
    tracking_number: str


class CancelForm(msgspec.Struct, kw_only=True):
    reason: str
    confirm: bool = False


@post("/orders/{order_id:uuid}/start", opt=requires(FULFIL), include_in_schema=False)
async def start(request: AnyRequest, ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, StartForm)
    try:
        lines = _chosen(form)
        async with ctx.begin() as tx:
            await fulfil.start(ctx, tx, order_id, lines)
    except Invalid as refused:
        return await show(ctx, order_id, status=422, errors=fault_texts(ctx, refused.fields))
    except Conflict as refused:
        return _said(ctx, order_id, refused)
    return _done(ctx, order_id, N_("Processing started."))


def _chosen(form: Form[Any]) -> list[int]:
    """Raises Invalid when no line was chosen."""
    if form.raw.get("lines"):
        return list(form.valid().lines)
    raise Invalid({"lines": FieldError(N_("Please choose at least one line."), domain="shop"), **form.errors})


@post("/orders/{order_id:uuid}/ship", opt=requires(FULFIL), include_in_schema=False)
async def ship(request: AnyRequest, ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, ShipForm)
    try:
        lines = _chosen(form)
        given = form.valid()
        async with ctx.begin() as tx:
            await fulfil.ship(ctx, tx, order_id, lines, given.carrier, given.tracking_number)
    except Invalid as refused:
        errors = fault_texts(ctx, refused.fields)
        return await show(ctx, order_id, status=422, errors=errors, typed=dict(form.raw))
    except Conflict as refused:
        return _said(ctx, order_id, refused)
    return _done(ctx, order_id, N_("Shipped. The buyer gets a mail with the tracking number."))


@post(
    "/orders/{order_id:uuid}/shipments/{shipment_id:uuid}/deliver",
    opt=requires(FULFIL),
    include_in_schema=False,
)
async def deliver(
    ctx: Ctx, order_id: FromPath[uuid.UUID], shipment_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    try:
        async with ctx.begin() as tx:
            await fulfil.deliver(ctx, tx, order_id, shipment_id)
    except Conflict as refused:
        return _said(ctx, order_id, refused)
    return _done(ctx, order_id, N_("Marked as delivered."))


@post("/orders/{order_id:uuid}/cancel", opt=requires(FULFIL), include_in_schema=False)
async def cancel(request: AnyRequest, ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, CancelForm)
    if form.value is None:
        errors = fault_texts(ctx, form.errors)
        return await show(ctx, order_id, status=422, errors=errors, typed=dict(form.raw))
    check_confirmed(form.value.confirm)
    try:
        async with ctx.begin() as tx:
            await cancel_as_staff(ctx, tx, order_id, form.value.reason)
    except Conflict as refused:
        return _said(ctx, order_id, refused)
    return _done(ctx, order_id, N_("The order is cancelled. What was paid goes back to the buyer."))


def _said(ctx: TenantCtx, order_id: uuid.UUID, refused: Conflict) -> Response[bytes]:
    return see_other(ctx, f"{LIST}/{order_id}", flash=say(ctx, refused), kind="danger")


def _done(ctx: TenantCtx, order_id: uuid.UUID, message: str) -> Response[bytes]:
    return see_other(ctx, f"{LIST}/{order_id}", flash=words(ctx)(message))


route_handlers: Final[list[ControllerRouterHandler]] = [start, ship, deliver, cancel]
