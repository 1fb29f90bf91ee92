"""What waits for staff, on the dashboard."""

from __future__ import annotations

from collections.abc import Sequence

from nakamise.contracts.ui import Figure, Period, SetupStep, Todo
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_payments_manual import desk


async def widget(_ctx: TenantCtx, tx: Tx, _period: Period) -> Sequence[Figure | Todo | SetupStep]:
    """No figures: those of sales are the shop's."""
    return [
        Todo(
            label=N_("Bank transfers to pay back"),
            count=await desk.owed(tx),
            href="/admin/payments_manual?stage=owed",
            level="danger",
        )
    ]
