"""What waits for staff, on the dashboard."""

from __future__ import annotations

from collections.abc import Sequence

from nakamise.contracts.ui import Figure, Period, SetupStep, Todo
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_, minute
from nakamise_payments import comparing, providers, stuck
from nakamise_payments.reconciler import payouts_stopped
from nakamise_payments.watching import waiting

_HERE = "/admin/payments"


async def widget(ctx: TenantCtx, tx: Tx, _period: Period) -> Sequence[Figure | Todo | SetupStep]:
    """No figures: those of sales are the shop's."""
    found = await waiting(tx)
    stopped = await payouts_stopped(tx)
    unfinished = await comparing.unfinished_since(tx, providers.providers(ctx))
    return [
        Todo(
            label=N_("Reserved amounts that end within a day"),
            count=found.in_one_day,
            href=f"{_HERE}?state=authorized",
            level="danger",
        ),
        Todo(
            label=N_("Reserved amounts that end within two days"),
            count=found.in_two_days - found.in_one_day,
            href=f"{_HERE}?state=authorized",
            level="warn",
        ),
        Todo(
            label=N_("Refunds to pay by hand"),
            count=found.by_hand,
            href=f"{_HERE}?state=by_hand",
            level="danger",
        ),
        Todo(label=N_("Open disputes"), count=found.disputes, href=f"{_HERE}#disputes", level="danger"),
        Todo(
            label=N_("Shares of shops that did not go through"),
            count=await stuck.count(tx),
            href=f"{_HERE}#shares",
            level="danger",
        ),
        Todo(
            label=N_("Differences with the payment provider; payouts are stopped"),
            count=int(stopped),
            href=_HERE,
            level="danger",
        ),
        Todo(
            label=N_("Comparison with the payment provider not finished since %(at)s"),
            count=int(unfinished is not None),
            href=_HERE,
            level="danger",
            params={"at": minute(unfinished, ctx.locale, ctx.tenant.timezone) if unfinished else ""},
        ),
    ]
