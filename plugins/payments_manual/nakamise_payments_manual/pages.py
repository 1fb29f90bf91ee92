"""Bank transfers for staff, under /admin/payments_manual: what is awaited, one transfer, what is noted of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.payments import ChargeState
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import (
    N_,
    NavLink,
    filter_of,
    gettext_for,
    page,
    page_address,
    page_base,
    read_form,
    said,
    see_other,
)
from nakamise_payments_manual import desk, noting
from nakamise_payments_manual.books import Entry
from nakamise_payments_manual.desk import Stage, Wanted
from nakamise_payments_manual.noting import Arrival
from nakamise_payments_manual.settings import KINDS, ManualSettings

AnyRequest = Request[Any, Any, Any]
HERE: Final = "/admin/payments_manual"
CONFIRM: Final = "payments_manual.confirm"
# (label, badge's kind, icon)
STAGES: Final[Mapping[Stage, tuple[str, str, str]]] = {
    Stage.AWAITED: (N_("Awaited"), "info", "clock"),
    Stage.OWED: (N_("To pay back"), "danger", "circle-alert"),
    Stage.PAID: (N_("Arrived"), "ok", "circle-check"),
    Stage.ENDED: (N_("Ended unpaid"), "outline", "x"),
}


Version = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class ArrivalForm(msgspec.Struct, frozen=True):
    """``sure`` once the next page has said what follows; ``besides`` when that was that the transfer is whole."""

    amount: Annotated[int, Meta(ge=1, le=999_999_999)]
    day: date
    version: Version
    sure: bool = False
    besides: bool = False


class BackForm(msgspec.Struct, frozen=True):
    """``amount`` is what the page said; ``words`` how it was paid."""

    amount: Annotated[int, Meta(ge=1, le=2**53)]
    words: Annotated[str, Meta(min_length=2, max_length=500)]
    version: Version


class MistakeForm(msgspec.Struct, frozen=True):
    note: uuid.UUID
    version: Version


@get("/", opt=requires(CONFIRM), include_in_schema=False)
async def show(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(Wanted, request.query_params)
    async with ctx.read() as tx:
        found = await desk.transfers(tx, wanted)
    return await page(
        ctx,
        "payments_manual/list.html",
        found=found,
        wanted=wanted,
        tabs=_tabs(ctx, wanted, found.counts),
        base=page_base(page_address(HERE, wanted)),
        ready=ctx.settings(ManualSettings).is_ready,
    )


def _tabs(ctx: TenantCtx, wanted: Wanted, counts: Mapping[str, int]) -> list[NavLink]:
    _ = gettext_for(ctx.locale, "payments_manual")
    return [
        NavLink(
            _(label),
            page_address(HERE, wanted, stage=stage),
            current=wanted.stage is stage,
            count=counts.get(stage, 0),
        )
        for stage, (label, _kind, _icon) in STAGES.items()
    ]


@get("/{transfer_id:uuid}", opt=requires(CONFIRM), include_in_schema=False)
async def detail(ctx: Ctx, transfer_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _detail(ctx, transfer_id)


async def _detail(
    ctx: TenantCtx,
    transfer_id: uuid.UUID,
    *,
    errors: Mapping[str, FieldError] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """``errors`` and ``typed`` are of a refused act."""
    async with ctx.read() as tx:
        entry = await noting.find(tx, transfer_id)
        notes = await noting.notes_of(tx, transfer_id)
        orders = await desk.orders_of(ctx, tx, entry)
    today = noting.today(ctx).isoformat()
    return await page(
        ctx,
        "payments_manual/detail.html",
        status=422 if errors else 200,
        entry=entry,
        notes=notes,
        orders=orders,
        badge=_badge(ctx, entry),
        today=today,
        kind=gettext_for(ctx.locale, "payments_manual")(KINDS[entry.account.kind]) if entry.account else "",
        action=f"{HERE}/{transfer_id}",
        errors={name: said(ctx, fault) for name, fault in (errors or {}).items()},
        typed={"amount": str(entry.rest), "day": today} | dict(typed or {}),
    )


def _badge(ctx: TenantCtx, entry: Entry) -> tuple[str, str, str]:
    stage = Stage.AWAITED if entry.state is ChargeState.REQUIRES_ACTION else Stage.ENDED
    if entry.owed:
        stage = Stage.OWED
    elif entry.is_paid:
        stage = Stage.PAID
    label, kind, icon = STAGES[stage]
    return gettext_for(ctx.locale, "payments_manual")(label), kind, icon


@post("/{transfer_id:uuid}/arrived", opt=requires(CONFIRM), include_in_schema=False)
async def arrived(request: AnyRequest, ctx: Ctx, transfer_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """First a page that says what follows, for a whole transfer cannot be taken back."""
    form = await read_form(request, ArrivalForm)
    try:
        given = form.valid()
        arrival = Arrival(
            amount=given.amount, day=given.day, version=given.version, besides=given.besides or not given.sure
        )
        if not given.sure:
            return await _ask(ctx, transfer_id, arrival)
        before, entry = await noting.arrived(ctx, transfer_id, arrival)
    except Invalid as refused:
        typed = {name: str(value) for name, value in (await request.form()).items()}
        return await _detail(ctx, transfer_id, errors=refused.fields, typed=typed)
    except Conflict as refused:
        return see_other(ctx, f"{HERE}/{transfer_id}", flash=said(ctx, refused), kind="danger")
    _ = gettext_for(ctx.locale, "payments_manual")
    if entry.owed:
        return see_other(ctx, f"{HERE}/{transfer_id}", flash=_("Noted. There is something to pay back."))
    if not entry.is_paid:
        return see_other(ctx, f"{HERE}/{transfer_id}", flash=_("Noted. The rest is awaited."))
    if before.state is ChargeState.CANCELED:
        what = _("Noted. Look at the order: it goes on, or its refund is a task.")
        return see_other(ctx, f"{HERE}/{transfer_id}", flash=what)
    return see_other(ctx, HERE, flash=_("Noted. The order goes on."))


async def _ask(ctx: TenantCtx, transfer_id: uuid.UUID, arrival: Arrival) -> Response[bytes]:
    """Raises Invalid, Conflict, NotFound."""
    async with ctx.read() as tx:
        entry = await noting.find(tx, transfer_id)
    noting.check(entry, arrival, noting.today(ctx))
    return await page(
        ctx,
        "payments_manual/sure.html",
        entry=entry,
        arrival=arrival,
        missing=max(0, entry.rest - arrival.amount),
        too_much=max(0, arrival.amount - entry.rest),
        is_late=entry.state is ChargeState.CANCELED,
        was_in_time=noting.was_in_time(ctx, entry, arrival),
        action=f"{HERE}/{transfer_id}",
    )


@post("/{transfer_id:uuid}/back", opt=requires(CONFIRM), include_in_schema=False)
async def back(request: AnyRequest, ctx: Ctx, transfer_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, BackForm)).valid()
    _ = gettext_for(ctx.locale, "payments_manual")
    try:
        await noting.sent_back(ctx, transfer_id, form.amount, form.words, form.version)
    except Conflict as refused:
        return see_other(ctx, f"{HERE}/{transfer_id}", flash=said(ctx, refused), kind="danger")
    return see_other(ctx, f"{HERE}/{transfer_id}", flash=_("Noted as paid back."))


@post("/{transfer_id:uuid}/mistake", opt=requires(CONFIRM), include_in_schema=False)
async def mistake(request: AnyRequest, ctx: Ctx, transfer_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, MistakeForm)).valid()
    _ = gettext_for(ctx.locale, "payments_manual")
    try:
        await noting.mistaken(ctx, transfer_id, form.note, form.version)
    except Conflict as refused:
        return see_other(ctx, f"{HERE}/{transfer_id}", flash=said(ctx, refused), kind="danger")
    return see_other(ctx, f"{HERE}/{transfer_id}", flash=_("The note was taken back."))


route_handlers: Final[list[ControllerRouterHandler]] = [show, detail, arrived, back, mistake]
