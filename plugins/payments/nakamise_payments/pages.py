"""Payments for the tenant's admin, under /admin/payments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.contracts.payments import OpKind
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, NavLink, gettext_for, page, see_other
from nakamise_payments import overview
from nakamise_payments.reconciler import reconcile
from nakamise_payments.schemas import OpState, Trouble

Page = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]
HERE: Final = "/admin/payments"
# (label, badge kind, icon)
STATES: Final[Mapping[OpState, tuple[str, str, str]]] = {
    OpState.NEW: (N_("Waiting"), "outline", "clock"),
    OpState.SENDING: (N_("Being sent"), "info", "clock"),
    OpState.UNKNOWN: (N_("Being checked"), "warn", "clock"),
    OpState.REQUIRES_ACTION: (N_("Waiting for the buyer"), "info", "shield-check"),
    OpState.SUCCEEDED: (N_("Succeeded"), "ok", "circle-check"),
    OpState.FAILED: (N_("Failed"), "danger", "circle-alert"),
    OpState.CANCELED: (N_("Cancelled"), "outline", "x"),
}
KINDS: Final[Mapping[OpKind, str]] = {OpKind.CHARGE: N_("Payment"), OpKind.REFUND: N_("Refund")}
TROUBLES: Final[Mapping[Trouble, str]] = {
    Trouble.MISSING_HERE: N_("Only the provider knows it"),
    Trouble.MISSING_THERE: N_("The provider does not know it"),
    Trouble.STATE: N_("The states differ"),
    Trouble.AMOUNT: N_("The amounts differ"),
    Trouble.CURRENCY: N_("The currencies differ"),
    Trouble.NOT_BOOKED: N_("Not in the ledger"),
    Trouble.BOOKED_WRONG: N_("Wrong in the ledger"),
    Trouble.OVERDUE: N_("No final answer for too long"),
}


@get("/", opt=requires("payments.read"), include_in_schema=False)
async def show(
    ctx: Ctx,
    op_state: Annotated[OpState | None, QueryParameter(name="state")] = None,
    page_number: Page = 1,
) -> Response[bytes]:
    async with ctx.read() as tx:
        ops = await overview.op_page(tx, op_state, page_number)
        reports = await overview.reports(tx)
    _ = gettext_for(ctx.locale, "payments")
    return await page(
        ctx,
        "payments/list.html",
        ops=ops,
        reports=reports,
        tabs=_tabs(ctx, op_state),
        base=f"?state={op_state.value}&page=" if op_state else "?page=",
        states={key: (_(label), *rest) for key, (label, *rest) in STATES.items()},
        kinds={key: _(label) for key, label in KINDS.items()},
        troubles={key: _(label) for key, label in TROUBLES.items()},
    )


def _tabs(ctx: TenantCtx, chosen: OpState | None) -> list[NavLink]:
    _ = gettext_for(ctx.locale, "payments")
    return [
        NavLink(_(N_("All")), HERE, current=chosen is None),
        *(
            NavLink(_(label), f"{HERE}?state={state.value}", current=chosen is state)
            for state, (label, *_rest) in STATES.items()
        ),
    ]


@post("/reconcile", opt=requires("payments.reconcile"), include_in_schema=False)
async def reconcile_now(ctx: Ctx) -> Response[bytes]:
    _ = gettext_for(ctx.locale, "payments")
    reports = await reconcile(ctx)
    found = sum(len(report.differences) for report in reports)
    if found:
        flash = _("The comparison found %(n)s differences.", n=found)
        return see_other(ctx, HERE, flash=flash, kind="danger")
    return see_other(ctx, HERE, flash=_("Everything agrees with the payment provider."))


route_handlers: Final[list[ControllerRouterHandler]] = [show, reconcile_now]
