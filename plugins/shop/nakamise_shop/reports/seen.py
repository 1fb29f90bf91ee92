"""Counting what is looked at, without a transaction and without a word about persons.

Each process adds up in memory and writes every `EVERY_S` seconds, many counters in one statement; what a crash takes
along is at most that. Counters are of a day of the tenant, a product and a way.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import date
from typing import Final, Literal

from nakamise.contracts.sales import Via
from nakamise.plugin import Installation, TenantCtx

log: Final = logging.getLogger("nakamise.shop")
EVERY_S: Final = 5.0
# Counters that may wait while the database is away; more of them are not counted.
MOST: Final = 100_000
Act = Literal["shown", "views", "carts"]
Key = tuple[date, uuid.UUID, Via, Act]
# Sorted: two processes that write the same rows wait for each other, never in a ring.
_ADD: Final = """
INSERT INTO shop_seen (day, product_id, via, shown, views, carts)
SELECT day, product_id, via, coalesce(sum(n) FILTER (WHERE act = 'shown'), 0),
       coalesce(sum(n) FILTER (WHERE act = 'views'), 0), coalesce(sum(n) FILTER (WHERE act = 'carts'), 0)
FROM unnest($1::date[], $2::uuid[], $3::text[], $4::text[], $5::bigint[]) AS u (day, product_id, via, act, n)
GROUP BY day, product_id, via ORDER BY day, product_id, via
ON CONFLICT (day, product_id, via) DO UPDATE SET shown = shop_seen.shown + excluded.shown,
    views = shop_seen.views + excluded.views, carts = shop_seen.carts + excluded.carts
"""
# Longer than any report asks for.
_FORGET: Final = "DELETE FROM shop_seen WHERE day < now()::date - 2300"


class Seen:
    """What this process counted and has not written yet, by tenant."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._waiting: dict[uuid.UUID, Counter[Key]] = {}
        self._closing = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    def add(self, tenant_id: uuid.UUID, keys: Iterable[Key]) -> None:
        counts = self._waiting.setdefault(tenant_id, Counter())
        if len(counts) < MOST:
            counts.update(keys)
        if self._writer is None or self._writer.done():
            # Nothing of whoever came first goes along to the others.
            self._writer = asyncio.create_task(self._write_on(), context=contextvars.Context())

    async def _write_on(self) -> None:
        while self._waiting and not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), EVERY_S)
            await self.write()

    async def write(self) -> None:
        """Everything that waits; what cannot be written now waits on."""
        waiting, self._waiting = self._waiting, {}
        for tenant_id, counts in waiting.items():
            ctx = self._installation.ctx(tenant_id, "shop")
            if ctx is None:
                continue
            try:
                await _write(ctx, counts)
            except Exception as error:  # noqa: BLE001 - figures may be late; nobody's page waits for them
                log.warning("views of %s are written later: %s", ctx.tenant.slug, error)
                self._waiting.setdefault(tenant_id, Counter()).update(counts)

    async def close(self) -> None:
        self._closing.set()
        if self._writer is not None:
            await asyncio.wait([self._writer])
        await self.write()


async def _write(ctx: TenantCtx, counts: Mapping[Key, int]) -> None:
    days, products, ways, acts = zip(*counts, strict=True)
    async with ctx.begin() as tx:
        await tx.execute(_ADD, list(days), list(products), list(ways), list(acts), list(counts.values()))


@contextlib.asynccontextmanager
async def open_seen(installation: Installation) -> AsyncIterator[Seen]:
    seen = Seen(installation)
    try:
        yield seen
    finally:
        await seen.close()


async def forget_old(ctx: TenantCtx) -> None:
    """Daily."""
    async with ctx.begin() as tx:
        await tx.execute(_FORGET)
