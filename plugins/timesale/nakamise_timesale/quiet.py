"""Where no sale runs, lists of products ask nothing: a moment's memory in each process.

Only "nothing runs" is remembered: a stop is seen at once everywhere, a start within `MEMORY_S` on lists of other
processes. Carts and orders always ask.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from nakamise.db import Tx
from nakamise.plugin import Installation, TenantCtx
from nakamise_timesale import repository

MEMORY_S: Final = 2.0


class Quiet:
    """Tenants in which nothing runs, each until when that is believed."""

    def __init__(self) -> None:
        self._until: dict[uuid.UUID, datetime] = {}

    def is_quiet(self, tenant_id: uuid.UUID, at: datetime) -> bool:
        until = self._until.get(tenant_id)
        return until is not None and at < until

    def believe(self, tenant_id: uuid.UUID, until: datetime) -> None:
        self._until[tenant_id] = until

    def wake(self, tenant_id: uuid.UUID) -> None:
        self._until.pop(tenant_id, None)


async def wake_after(ctx: TenantCtx, tx: Tx) -> None:
    """Something about sales changes with ``tx``."""
    quiet = await ctx.companion(Quiet)

    async def wake() -> None:
        quiet.wake(ctx.tenant.id)

    tx.after_commit(wake)


async def may_skip(ctx: TenantCtx, at: datetime) -> bool:
    return (await ctx.companion(Quiet)).is_quiet(ctx.tenant.id, at)


async def note(ctx: TenantCtx, tx: Tx, at: datetime) -> None:
    """Nothing was found: perhaps because nothing runs at all."""
    found = await repository.next_change(tx, at)
    if found.is_running:
        return
    until = datetime.fromtimestamp(at.timestamp() + MEMORY_S, at.tzinfo)
    until = min(until, found.next_at) if found.next_at else until
    (await ctx.companion(Quiet)).believe(ctx.tenant.id, until)


@contextlib.asynccontextmanager
async def open_quiet(_installation: Installation) -> AsyncIterator[Quiet]:
    yield Quiet()
