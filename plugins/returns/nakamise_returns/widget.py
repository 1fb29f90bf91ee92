"""What waits for staff, on the dashboard."""

from __future__ import annotations

from collections.abc import Sequence

from nakamise.contracts.shops import ShopSellers
from nakamise.contracts.ui import Period, Todo
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_returns import repository


async def widget(ctx: TenantCtx, tx: Tx, _period: Period) -> Sequence[Todo]:
    shops = await ctx.service(ShopSellers).of_staff(tx)
    counts = await repository.counts(tx, shops)
    path = "/admin/returns?state="
    return [
        Todo(
            label=N_("Return requests to decide"),
            count=counts.get("requested", 0),
            href=f"{path}requested",
            level="warn",
        ),
        Todo(
            label=N_("Returned goods to settle"),
            count=counts.get("received", 0),
            href=f"{path}received",
            level="warn",
        ),
        Todo(
            label=N_("Approved returns that could not lapse"),
            count=await repository.overdue(tx, shops),
            href=f"{path}approved",
            level="danger",
        ),
    ]
