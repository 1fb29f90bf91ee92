"""Payments as JSON, under /api/payments."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.params import Parameter

from nakamise.plugin import Ctx, requires
from nakamise_payments import overview
from nakamise_payments.reconciler import reconcile
from nakamise_payments.schemas import OpPage, OpState, Report

Page = Annotated[int, Parameter(ge=1, le=10_000)]


@get("/ops", opt=requires("payments.read"))
async def list_ops(ctx: Ctx, state: OpState | None = None, page: Page = 1) -> OpPage:
    """Charges and refunds, newest first."""
    async with ctx.read() as tx:
        return await overview.op_page(tx, state, page)


@get("/reports", opt=requires("payments.read"))
async def list_reports(ctx: Ctx) -> list[Report]:
    """The last reconciliations."""
    async with ctx.read() as tx:
        return await overview.reports(tx)


@post("/reports", opt=requires("payments.reconcile"))
async def make_report(ctx: Ctx) -> list[Report]:
    """Compare with the providers now."""
    return await reconcile(ctx)


route_handlers = [list_ops, list_reports, make_report]
