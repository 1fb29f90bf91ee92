"""Payments as JSON, under /api/payments."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import get, post
from litestar.params import QueryParameter
from litestar.status_codes import HTTP_202_ACCEPTED
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires
from nakamise_payments import comparing, overview
from nakamise_payments.schemas import OpPage, OpState, Report

TAGS: Final = ["payments"]
Page = Annotated[int, QueryParameter(ge=1, le=10_000)]


@get("/ops", opt=requires("payments.read"), tags=TAGS, operation_id="payments_list")
async def list_ops(
    ctx: Ctx,
    op_state: Annotated[OpState | None, QueryParameter(name="state")] = None,
    page: Page = 1,
) -> OpPage:
    """Charges and refunds, newest first."""
    async with ctx.read() as tx:
        return await overview.op_page(tx, op_state, page)


@get("/reports", opt=requires("payments.read"), tags=TAGS, operation_id="payments_list_reports")
async def list_reports(ctx: Ctx) -> list[Report]:
    """The last reconciliations."""
    async with ctx.read() as tx:
        return await overview.reports(tx)


@post(
    "/reports",
    opt=requires("payments.reconcile"),
    tags=TAGS,
    operation_id="payments_reconcile",
    status_code=HTTP_202_ACCEPTED,
)
async def make_report(ctx: Ctx) -> list[Report]:
    """Compare with the providers soon, once for all who ask meanwhile; the reports so far."""
    await comparing.later(ctx)
    async with ctx.read() as tx:
        return await overview.reports(tx)


route_handlers: Final[list[ControllerRouterHandler]] = [list_ops, list_reports, make_report]
