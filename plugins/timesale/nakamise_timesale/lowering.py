"""Which products cost less just now: the service ``contracts.catalog.LoweredProducts``."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from nakamise.contracts.catalog import LoweredProducts
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_timesale import quiet, repository


class RunningSales(LoweredProducts):
    """Costs no query where nothing runs."""

    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def lowered_now(self, tx: Tx) -> Sequence[uuid.UUID]:
        now = self._ctx.now()
        if await quiet.may_skip(self._ctx, now):
            return []
        return await repository.lowered_now(tx, now)


def lowered_products(ctx: TenantCtx) -> RunningSales:
    return RunningSales(ctx)
