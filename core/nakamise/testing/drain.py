"""Do all work that is due now, as the real worker does it."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from nakamise.jobs.store import Due
from nakamise.jobs.worker import Worker
from nakamise.plugin.context import Tenant
from nakamise.runtime import Runtime

LIMIT_S = 60.0
# Each look costs as much as a small job: the longer it takes, the less often it is looked at.
_PAUSE_S, _PAUSE_MAX_S, _LONGER = 0.005, 0.04, 1.5
# A job in work may queue the next one and end between this transaction's begin, which now() tells, and its look:
# by now() the next one would not be due yet, and nothing would be left.
LEFT: Final = (
    "SELECT count(*) FROM job WHERE tenant_id = $1 AND every_s IS NULL AND state = 'queued'"
    " AND (run_at <= clock_timestamp() OR (taken AND last_error = ''))"
)
_FAILED = (
    "SELECT name || ': ' || last_error FROM job WHERE tenant_id = $1 AND every_s IS NULL AND last_error <> ''"
)

# Hundreds of earlier tests' tenants have tasks every minute, and what is due first is done first.
_PARK = (
    "UPDATE job SET run_at = now() + interval '1 hour' WHERE tenant_id <> $1 AND every_s IS NOT NULL"
    " AND run_at <= now() + interval '2 minutes'"
)


class _Worker(Worker):
    """Sees to the periodic tasks of one tenant: those of hundreds of others are thousands of rows."""

    def __init__(self, runtime: Runtime, tenant_id: uuid.UUID) -> None:
        super().__init__(runtime.jobs, runtime)
        self._tenant_id = tenant_id

    def _tasks_of(self, tenant: Tenant) -> list[Due]:
        return super()._tasks_of(tenant) if tenant.id == self._tenant_id else []


async def drain(runtime: Runtime, tenant: Tenant, *, allow_failures: bool = False) -> None:
    """Until no one-off job of ``tenant`` is due; periodic tasks of other tenants wait.

    Raises AssertionError for jobs that failed or do not end.
    """
    await runtime.directory.catch_up()
    async with runtime.db.control() as tx:
        await tx.execute(_PARK, tenant.id)
    async with _working(runtime, tenant.id):
        await _until_nothing_is_left(runtime, tenant)
    if not allow_failures:
        async with runtime.db.control(read_only=True) as tx:
            failed = await tx.values(_FAILED, tenant.id)
        if failed:
            raise AssertionError("; ".join(failed))


@asynccontextmanager
async def _working(runtime: Runtime, tenant_id: uuid.UUID) -> AsyncIterator[None]:
    worker = _Worker(runtime, tenant_id)
    worker.start()
    try:
        yield
    finally:
        await worker.stop()


async def _until_nothing_is_left(runtime: Runtime, tenant: Tenant) -> None:
    deadline, pause = time.monotonic() + LIMIT_S, _PAUSE_S
    while await _left(runtime, tenant):
        if time.monotonic() > deadline:
            raise AssertionError("jobs are still waiting")
        runtime.jobs.wake.set()
        await asyncio.sleep(pause)
        pause = min(pause * _LONGER, _PAUSE_MAX_S)


async def _left(runtime: Runtime, tenant: Tenant) -> int:
    async with runtime.db.control(read_only=True) as tx:
        return int(await tx.value(LEFT, tenant.id))
