"""Payments for the tenant's admin, under /admin/payments."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.payments import Payments, PaymentState
from nakamise.errors import Conflict, Problem
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, NavLink, gettext_for, page, read_form, safe_next, said, see_other
from nakamise_payments import by_hand, comparing, disputes, overview, providers, seller_terms, stuck, words
from nakamise_payments.asking import find_op
from nakamise_payments.reconciler import acknowledge, payouts_stopped
from nakamise_payments.schemas import OpState
from nakamise_payments.seller_terms import Terms
from nakamise_payments.settings import AtExpiry, CaptureMode

AnyRequest = Request[Any, Any, Any]
Page = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]
HERE: Final = "/admin/payments"
BY_HAND: Final = f"{HERE}?state=by_hand"
SHARES: Final = f"{HERE}#shares"


class NoteForm(msgspec.Struct, frozen=True):
    """What staff write down: how they paid, or why the books differed."""

    note: Annotated[str, Meta(min_length=2, max_length=500)]


class AmountForm(NoteForm, frozen=True):
    """``amount`` is what the page said."""

    amount: Annotated[int, Meta(ge=1)]


class BackForm(msgspec.Struct, frozen=True):
    """``back`` is the page to go on with."""

    back: str = HERE


class TermsForm(msgspec.Struct, frozen=True):
    """None = as the site has it."""

    capture: CaptureMode | None = None
    at_expiry: AtExpiry | None = None
    back: str = HERE


@get("/", opt=requires("payments.read"), include_in_schema=False)
async def show(
    ctx: Ctx,
    op_state: Annotated[OpState | None, QueryParameter(name="state")] = None,
    page_number: Page = 1,
    disputes_page: Annotated[int, QueryParameter(name="disputes", ge=1, le=10_000)] = 1,
) -> Response[bytes]:
    async with ctx.read() as tx:
        ops = await overview.op_page(tx, op_state, page_number)
        reports = await overview.shown_reports(tx)
        about = await overview.ops_of(tx, reports)
        stopped = await payouts_stopped(tx)
        unfinished_since = await comparing.unfinished_since(tx, providers.providers(ctx))
        open_disputes = await disputes.open_ones(tx)
        ended_disputes = await disputes.ended(tx, disputes_page)
        stuck_shares = await stuck.all_of(tx)
        shop_names, order_numbers = await stuck.names(ctx, tx, stuck_shares)
        by_hand_ops = [op for op in ops.items if op.state is OpState.BY_HAND]
        subjects = {op.subject for op in (*about.values(), *by_hand_ops)}
        subjects |= {one.subject for one in (*open_disputes, *ended_disputes.items)}
        orders = await overview.orders_of(ctx, tx, subjects)
    return await page(
        ctx,
        "payments/list.html",
        ops=ops,
        reports=reports,
        about=about,
        orders=orders,
        stopped=stopped,
        unfinished_since=unfinished_since,
        disputes=open_disputes,
        ended=ended_disputes,
        outcomes=words.outcomes(ctx),
        stuck=stuck_shares,
        stuck_failures={row.id: words.failure_of(ctx, row.provider_id, row.failure) for row in stuck_shares},
        shop_names=shop_names,
        order_numbers=order_numbers,
        retriable={op.id for op in ops.items if by_hand.has_rail(ctx, op)},
        failures={op.id: words.failure(ctx, op) for op in ops.items},
        tabs=_tabs(ctx, op_state),
        base=f"?state={op_state.value}&page=" if op_state else "?page=",
        disputes_base="?disputes=",
        states=words.states(ctx),
        kinds=words.kinds(ctx),
        troubles=words.troubles(ctx),
        sides={
            report.id: [words.sides(ctx, difference) for difference in report.differences]
            for report in reports
        },
    )


def _tabs(ctx: TenantCtx, chosen: OpState | None) -> list[NavLink]:
    _ = gettext_for(ctx.locale, "payments")
    return [
        NavLink(_(N_("All")), HERE, current=chosen is None),
        *(
            NavLink(label, f"{HERE}?state={state.value}", current=chosen is state)
            for state, (label, *_rest) in words.states(ctx).items()
        ),
    ]


@post("/reconcile", opt=requires("payments.reconcile"), include_in_schema=False)
async def reconcile_now(ctx: Ctx) -> Response[bytes]:
    """A job: a busy shop's lists are long."""
    _ = gettext_for(ctx.locale, "payments")
    await comparing.later(ctx)
    flash = _("The comparison has begun. Its result will be on this page in a few minutes.")
    return see_other(ctx, HERE, flash=flash)


@post("/reports/{report_id:uuid}/acknowledge", opt=requires("payments.settle"), include_in_schema=False)
async def acknowledge_report(
    request: AnyRequest, ctx: Ctx, report_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    """Payouts go on."""
    form = (await read_form(request, NoteForm)).valid()
    await acknowledge(ctx, report_id, form.note)
    _ = gettext_for(ctx.locale, "payments")
    return see_other(ctx, HERE, flash=_("Noted. Payouts go on."))


@post("/{op_id:uuid}/capture", opt=requires("payments.capture"), include_in_schema=False)
async def capture(request: AnyRequest, ctx: Ctx, op_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, BackForm)).valid()
    back = safe_next(form.back, HERE)
    _ = gettext_for(ctx.locale, "payments")
    charge = await find_op(ctx, op_id)
    try:
        payment = await ctx.service(Payments).capture(charge.subject)
    except Problem as trouble:
        return see_other(ctx, back, flash=said(ctx, trouble), kind="danger")
    async with ctx.begin() as tx:
        await ctx.audit(tx, "payments.captured", str(op_id), state=payment.state.value)
    if payment.state is PaymentState.SUCCEEDED:
        return see_other(ctx, back, flash=_("The reserved amount was taken."))
    if payment.state is PaymentState.AUTHORIZED:
        waiting = _("The provider has not answered yet. It is asked again by itself; do not ship before.")
        return see_other(ctx, back, flash=waiting, kind="danger")
    ended = _("The reservation had ended. Do not ship this order.")
    return see_other(ctx, back, flash=ended, kind="danger")


@post("/{op_id:uuid}/paid", opt=requires("payments.settle"), include_in_schema=False)
async def paid_by_hand(request: AnyRequest, ctx: Ctx, op_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, NoteForm)).valid()
    _ = gettext_for(ctx.locale, "payments")
    try:
        await by_hand.paid(ctx, op_id, form.note)
    except Problem as trouble:
        return see_other(ctx, BY_HAND, flash=said(ctx, trouble), kind="danger")
    return see_other(ctx, BY_HAND, flash=_("The refund is noted as paid."))


@post("/{op_id:uuid}/retry", opt=requires("payments.settle"), include_in_schema=False)
async def retry(ctx: Ctx, op_id: FromPath[uuid.UUID]) -> Response[bytes]:
    _ = gettext_for(ctx.locale, "payments")
    try:
        await by_hand.retry(ctx, op_id)
    except Problem as trouble:
        return see_other(ctx, BY_HAND, flash=said(ctx, trouble), kind="danger")
    return see_other(ctx, BY_HAND, flash=_("The refund is sent once more."))


@post("/{op_id:uuid}/share", opt=requires("payments.settle"), include_in_schema=False)
async def share_again(ctx: Ctx, op_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """Passed on, or taken back, once more."""
    _ = gettext_for(ctx.locale, "payments")
    try:
        await stuck.again(ctx, op_id)
    except Problem as trouble:
        return see_other(ctx, SHARES, flash=said(ctx, trouble), kind="danger")
    return see_other(ctx, SHARES, flash=_("The share is sent once more."))


@post("/shares/{order_id:uuid}/paid", opt=requires("payments.settle"), include_in_schema=False)
async def share_paid(request: AnyRequest, ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """By staff, for the buyer paid nothing that it could come from."""
    form = (await read_form(request, AmountForm)).valid()
    _ = gettext_for(ctx.locale, "payments")
    act = stuck.paid(ctx, order_id, form.note, form.amount)
    return await _noted(ctx, act, _("The share is noted as paid."))


@post("/shares/{order_id:uuid}/back", opt=requires("payments.settle"), include_in_schema=False)
async def share_came_back(request: AnyRequest, ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """The shop paid back what it had too much of a share that staff had paid."""
    form = (await read_form(request, AmountForm)).valid()
    _ = gettext_for(ctx.locale, "payments")
    act = stuck.came_back(ctx, order_id, form.amount, form.note)
    return await _noted(ctx, act, _("Noted that the share came back."))


async def _noted(ctx: TenantCtx, act: Awaitable[None], done: str) -> Response[bytes]:
    """Back to the shares with ``done``, or with why it could not be noted."""
    try:
        await act
    except Conflict as trouble:
        return see_other(ctx, SHARES, flash=said(ctx, trouble), kind="danger")
    return see_other(ctx, SHARES, flash=done)


@post("/sellers/{seller_id:uuid}", opt=requires("payments.settle"), include_in_schema=False)
async def save_terms(request: AnyRequest, ctx: Ctx, seller_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, TermsForm)).valid()
    wanted = Terms(form.capture, form.at_expiry)
    async with ctx.begin() as tx:
        await seller_terms.must_exist(ctx, tx, seller_id)
        await seller_terms.save(tx, seller_id, wanted)
        await ctx.audit(
            tx, "payments.seller_terms", str(seller_id), capture=wanted.capture, at_expiry=wanted.at_expiry
        )
    _ = gettext_for(ctx.locale, "payments")
    return see_other(ctx, safe_next(form.back, HERE), flash=_("Saved."))


route_handlers: Final[list[ControllerRouterHandler]] = [
    show,
    reconcile_now,
    acknowledge_report,
    capture,
    paid_by_hand,
    retry,
    share_again,
    share_paid,
    share_came_back,
    save_terms,
]
