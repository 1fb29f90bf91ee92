"""What the admin page and the API show."""

from __future__ import annotations

from nakamise.db import Tx
from nakamise_payments import repository
from nakamise_payments.schemas import OpPage, OpState, Report

REPORTS_SHOWN = 5


async def op_page(tx: Tx, state: OpState | None, page: int) -> OpPage:
    ops, total = await repository.list_ops(tx, state.value if state else None, page)
    return OpPage(ops, total, page, repository.PAGE_SIZE)


async def reports(tx: Tx) -> list[Report]:
    return await repository.last_reports(tx, REPORTS_SHOWN)
