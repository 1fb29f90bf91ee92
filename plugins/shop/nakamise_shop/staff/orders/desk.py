"""What staff write on an order: notes, another address, fewer pieces."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.addresses import AddressInput
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, read_form, see_other
from nakamise_shop.orders import changing
from nakamise_shop.orders import fewer as fewer_units
from nakamise_shop.orders.schemas import GIFT, NOTE, ShipTo
from nakamise_shop.saying import say
from nakamise_shop.staff.orders import notes
from nakamise_shop.staff.orders.notes import NoteInput
from nakamise_shop.staff.orders.pages import FULFIL, LIST, READ, show
from nakamise_shop.staff.products.acts import check_confirmed
from nakamise_shop.staff.text import fault_texts, words

AnyRequest = Request[Any, Any, Any]


class WishForm(msgspec.Struct, kw_only=True):
    note: Annotated[str, Meta(max_length=500)] = ""
    gift: bool = False


class MovedTo(AddressInput, kw_only=True):
    """``difference``: what sending costs more there, as it was told and accepted; see ``orders.changing``."""

    difference: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] = 0


class FewerForm(msgspec.Struct, kw_only=True):
    """Fields ``units.<line number>`` come beside: so many units of each line do not leave."""

    idem: uuid.UUID
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    confirm: bool = False


@post("/orders/{order_id:uuid}/notes", opt=requires(READ), include_in_schema=False)
async def add_note(request: AnyRequest, ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, NoteInput)
    if form.value is None:
        return await show(
            ctx, order_id, status=422, errors=fault_texts(ctx, form.errors), typed=dict(form.raw)
        )
    async with ctx.begin() as tx:
        await notes.add(ctx, tx, order_id, form.value.body)
    return _done(ctx, order_id, N_("The note is kept."))


@post("/orders/{order_id:uuid}/notes/{note_id:uuid}/remove", opt=requires(READ), include_in_schema=False)
async def remove_note(
    ctx: Ctx, order_id: FromPath[uuid.UUID], note_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    async with ctx.begin() as tx:
        await notes.remove(ctx, tx, order_id, note_id)
    return _done(ctx, order_id, N_("The note is deleted."))


@post("/orders/{order_id:uuid}/address", opt=requires(FULFIL), include_in_schema=False)
async def change_address(request: AnyRequest, ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, MovedTo)
    try:
        given = form.valid()
        async with ctx.begin() as tx:
            await changing.change_address(ctx, tx, order_id, ship_to(given), given.difference)
    except Invalid as refused:
        told = refused.fields.get("difference")
        return await show(
            ctx,
            order_id,
            status=422,
            errors=fault_texts(ctx, refused.fields),
            typed={**form.raw, "difference": told.params.get("value", 0) if told else 0},
            part="address",
        )
    except Conflict as refused:
        return _said(ctx, order_id, refused)
    return _done(ctx, order_id, N_("The delivery address is changed."))


def ship_to(given: AddressInput) -> ShipTo:
    return ShipTo(**{name: getattr(given, name) for name in ShipTo.__struct_fields__})


@post("/orders/{order_id:uuid}/wishes", opt=requires(FULFIL), include_in_schema=False)
async def change_wishes(request: AnyRequest, ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    given = (await read_form(request, WishForm)).valid()
    try:
        async with ctx.begin() as tx:
            wishes = {NOTE: given.note.strip(), GIFT: "1" if given.gift else ""}
            await changing.change_inputs(ctx, tx, order_id, wishes)
    except Conflict as refused:
        return _said(ctx, order_id, refused)
    return _done(ctx, order_id, N_("The order is changed."))


@post("/orders/{order_id:uuid}/fewer", opt=requires(FULFIL), include_in_schema=False)
async def fewer(request: AnyRequest, ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """Units that were not sent are taken out of the order and paid back."""
    form = await read_form(request, FewerForm)
    units = per_row(await request.form(), "units")
    try:
        given = form.valid()
        check_confirmed(given.confirm)
        async with ctx.begin() as tx:
            await fewer_units.take_out(ctx, tx, order_id, given.idem, _numbers(units), given.reason)
    except Invalid as refused:
        typed = dict(form.raw) | {f"units.{name}": value for name, value in units.items()}
        errors = fault_texts(ctx, refused.fields)
        return await show(ctx, order_id, status=422, errors=errors, typed=typed, part="fewer")
    except Conflict as refused:
        return _said(ctx, order_id, refused)
    return _done(ctx, order_id, N_("Taken out of the order. Their price goes back to the buyer."))


def per_row(form: Any, prefix: str) -> dict[str, str]:
    """Fields ``<prefix>.<row>`` by row, as they were typed."""
    head = f"{prefix}."
    return {
        name.removeprefix(head): str(value).strip()
        for name, value in form.multi_items()
        if name.startswith(head)
    }


def _numbers(units: dict[str, str]) -> dict[int, int]:
    """By line number. Raises Invalid."""
    try:
        return {int(line): int(count) for line, count in units.items() if count}
    except ValueError as wrong:
        raise Invalid({"units": FieldError(N_("Please enter whole numbers."), domain="shop")}) from wrong


def _said(ctx: TenantCtx, order_id: uuid.UUID, refused: Conflict) -> Response[bytes]:
    return see_other(ctx, f"{LIST}/{order_id}", flash=say(ctx, refused), kind="danger")


def _done(ctx: TenantCtx, order_id: uuid.UUID, message: str) -> Response[bytes]:
    return see_other(ctx, f"{LIST}/{order_id}", flash=words(ctx)(message))


route_handlers: Final[list[ControllerRouterHandler]] = [
    add_note,
    remove_note,
    change_address,
    change_wishes,
    fewer,
]
