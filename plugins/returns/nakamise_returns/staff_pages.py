"""Returns for staff, under /admin/returns: list, export, one return and what is done with it."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.orders import Orders
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import (
    N_,
    NavLink,
    csv_stream,
    filter_of,
    gettext_for,
    page,
    page_address,
    page_base,
    read_form,
    see_other,
)
from nakamise_returns import exchanging, handling, office, sending, words
from nakamise_returns.pages import shown
from nakamise_returns.saying import faults, say
from nakamise_returns.schemas import (
    FAULTS,
    Carrier,
    Decision,
    Exchange,
    MustSay,
    Received,
    ReceivedLine,
    Refund,
    Rejection,
    ReturnFilter,
    SentInstead,
    Words,
)
from nakamise_returns.staff_api import MANAGE, READ
from nakamise_returns.states import State

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/returns"


class WordsForm(msgspec.Struct, kw_only=True):
    words: Words = ""


class RejectForm(msgspec.Struct, kw_only=True):
    words: MustSay


class RefundForm(msgspec.Struct, kw_only=True):
    """``shipping``: auto (with the last unit), yes, no."""

    shipping: str = "auto"
    deduction: int = 0
    postage: Annotated[int, Meta(ge=0)] | None = None
    words: Words = ""


class ExchangeForm(msgspec.Struct, kw_only=True):
    """Fields ``variant_<line number>`` come beside; empty = the same goods again."""

    carrier: Carrier
    tracking_number: str
    words: Words = ""


@get("/", opt=requires(READ), include_in_schema=False)
async def all_returns(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(ReturnFilter, request.query_params)
    async with ctx.read() as tx:
        found = await office.return_page(ctx, tx, wanted)
    return await page(
        ctx,
        "returns/staff_list.html",
        found=found,
        wanted=wanted,
        tabs=_tabs(ctx, wanted, found.counts),
        badges=words.badges(ctx),
        reasons=words.labels(ctx, words.REASONS),
        wishes=words.labels(ctx, words.WISHES),
        base=page_base(page_address(LIST, wanted)),
        export=page_address(f"{LIST}/export.csv", wanted),
        may_policy=ctx.actor.can("returns.policy"),
    )


def _tabs(ctx: TenantCtx, wanted: ReturnFilter, counts: dict[str, int]) -> list[NavLink]:
    _ = gettext_for(ctx.locale, "returns")
    everything = NavLink(
        _("All"),
        page_address(LIST, wanted, state=None),
        current=wanted.state is None,
        count=sum(counts.values()),
    )
    return [
        everything,
        *(
            NavLink(
                text,
                page_address(LIST, wanted, state=state),
                current=wanted.state == state,
                count=counts.get(state, 0),
            )
            for state, (text, _kind) in words.badges(ctx).items()
        ),
    ]


@get("/export.csv", opt=requires(READ), include_in_schema=False)
async def export(request: AnyRequest, ctx: Ctx) -> Stream:
    """The filtered list, all pages of it."""
    wanted = filter_of(ReturnFilter, request.query_params)
    name = f"returns-{ctx.now().astimezone(ctx.tenant.zone):%Y%m%d-%H%M}.csv"
    async with ctx.begin() as tx:
        await ctx.audit(tx, "returns.exported", name, filter=ctx.http.query)
    return csv_stream(name, office.returns_csv(ctx, wanted))


@get("/{request_id:uuid}", opt=requires(READ), include_in_schema=False)
async def detail(ctx: Ctx, request_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await show(ctx, request_id)


async def show(
    ctx: TenantCtx,
    request_id: uuid.UUID,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
) -> Response[bytes]:
    """``errors`` and ``typed`` are of a refused act."""
    async with ctx.read() as tx:
        found = await office.return_by_id(ctx, tx, request_id)
        order = await ctx.service(Orders).get(tx, found.head.order_id)
        to = await sending.address_lines(ctx, tx, found.head.shop_id)
        swaps = await exchanging.choices(ctx, tx, order, found.lines)
    may_manage = ctx.actor.can(MANAGE)
    return await page(
        ctx,
        "returns/staff_detail.html",
        status=status,
        found=found,
        order=order,
        swaps=swaps,
        faults=FAULTS,
        to=to,
        worth=handling.worth(order, found.lines, worn_only=False),
        most_deduction=handling.most_deduction(order, found.head, found.lines),
        may={str(state): may_manage and found.head.may(state) for state in State},
        carriers=words.choices(ctx, words.CARRIERS),
        condition_choices=words.choices(ctx, words.CONDITIONS),
        action=f"{LIST}/{request_id}",
        errors=errors or {},
        typed=typed or {},
        **shown(ctx, found),
    )


async def _act(
    request: AnyRequest,
    ctx: TenantCtx,
    request_id: uuid.UUID,
    done: str,
    act: Callable[[], Awaitable[object]],
) -> Response[bytes]:
    """Carry out ``act``; what is refused comes back with what was typed."""
    try:
        await act()
    except Invalid as refused:
        typed = {k: str(v) for k, v in (await request.form()).multi_items() if isinstance(v, str)}
        return await show(ctx, request_id, status=422, errors=faults(ctx, refused.fields), typed=typed)
    except Conflict as refused:
        return see_other(ctx, f"{LIST}/{request_id}", flash=say(ctx, refused), kind="danger")
    return see_other(ctx, f"{LIST}/{request_id}", flash=gettext_for(ctx.locale, "returns")(done))


@post("/{request_id:uuid}/approve", opt=requires(MANAGE), include_in_schema=False)
async def approve(request: AnyRequest, ctx: Ctx, request_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, WordsForm)

    async def act() -> None:
        await handling.approve(ctx, request_id, Decision(words=form.valid().words))

    return await _act(request, ctx, request_id, N_("Approved. The buyer is told where to go on."), act)


@post("/{request_id:uuid}/reject", opt=requires(MANAGE), include_in_schema=False)
async def reject(request: AnyRequest, ctx: Ctx, request_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, RejectForm)

    async def act() -> None:
        await handling.reject(ctx, request_id, Rejection(words=form.valid().words))

    return await _act(request, ctx, request_id, N_("Rejected. The buyer gets your reason."), act)


@post("/{request_id:uuid}/receive", opt=requires(MANAGE), include_in_schema=False)
async def receive(request: AnyRequest, ctx: Ctx, request_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, WordsForm)
    typed = {k: str(v) for k, v in (await request.form()).multi_items() if isinstance(v, str)}

    async def act() -> None:
        await handling.receive(ctx, request_id, Received(lines=_counted(typed), words=form.valid().words))

    return await _act(request, ctx, request_id, N_("Received. Now settle it."), act)


def _counted(typed: dict[str, str]) -> list[ReceivedLine]:
    """From ``received_<n>``, ``condition_<n>`` and ``restock_<n>``. Raises Invalid."""
    lines = []
    for name, value in typed.items():
        number = name.removeprefix("received_")
        if number == name or not (number.isascii() and number.isdigit()):
            continue
        row = {
            "line_no": number,
            "received": value or "0",
            "condition": typed.get(f"condition_{number}") or "unused",
            "restock": typed.get(f"restock_{number}") or "0",
        }
        try:
            lines.append(msgspec.convert(row, ReceivedLine, strict=False))
        except msgspec.ValidationError as fault:
            raise Invalid({name: FieldError(N_("Please enter a whole number."), domain="returns")}) from fault
    return lines


@post("/{request_id:uuid}/refund", opt=requires(MANAGE), include_in_schema=False)
async def refund(request: AnyRequest, ctx: Ctx, request_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, RefundForm)

    async def act() -> None:
        given = form.valid()
        with_shipping = {"yes": True, "no": False}.get(given.shipping)
        wanted = Refund(
            with_shipping=with_shipping, deduction=given.deduction, postage=given.postage, words=given.words
        )
        await handling.refund(ctx, request_id, wanted)

    return await _act(request, ctx, request_id, N_("The money goes back the way it was paid."), act)


@post("/{request_id:uuid}/exchange", opt=requires(MANAGE), include_in_schema=False)
async def exchange(request: AnyRequest, ctx: Ctx, request_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, ExchangeForm)
    typed = {k: str(v) for k, v in (await request.form()).multi_items() if isinstance(v, str)}

    async def act() -> None:
        given = form.valid()
        wanted = Exchange(
            carrier=given.carrier,
            tracking_number=given.tracking_number,
            words=given.words,
            variants=_instead(typed),
        )
        await exchanging.exchange(ctx, request_id, wanted)

    return await _act(request, ctx, request_id, N_("The replacement is on its way."), act)


def _instead(typed: dict[str, str]) -> list[SentInstead]:
    """From ``variant_<n>``. Raises Invalid."""
    rows = [
        {"line_no": name.removeprefix("variant_"), "variant_id": value}
        for name, value in typed.items()
        if name.startswith("variant_") and value
    ]
    try:
        return msgspec.convert(rows, list[SentInstead], strict=False)
    except msgspec.ValidationError as fault:
        raise Invalid(
            {"variants": FieldError(N_("Please choose from the list."), domain="returns")}
        ) from fault


route_handlers: Final[list[ControllerRouterHandler]] = [
    all_returns,
    export,
    detail,
    approve,
    reject,
    receive,
    refund,
    exchange,
]
