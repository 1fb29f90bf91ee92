"""The administrator's card."""

from __future__ import annotations

from collections.abc import Sequence

from nakamise.contracts.ui import Figure, Period, Todo
from nakamise.db import Tx
from nakamise.plugin import TenantCtx


async def figures(ctx: TenantCtx, tx: Tx, period: Period) -> Sequence[Figure | Todo]:
    kept = await tx.value("SELECT count(*) FROM hello_greeting")
    shy = await tx.value("SELECT count(*) FROM hello_greeting WHERE user_id IS NULL")
    return [
        Figure(label="Greetings kept", value=kept, href="/admin/hello/greetings", icon="sparkles"),
        Todo(label="Greetings of guests", count=shy, href="/admin/hello/greetings"),
    ]
