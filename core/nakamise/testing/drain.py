"""Do all work that is due now, as the real worker does it."""

from __future__ import annotations

import asyncio
import time

from nakamise.plugin.context import Tenant
from nakamise.runtime import Runtime

LIMIT_S = 60.0
_LEFT = (
    "SELECT count(*) FROM job WHERE tenant_id = $1 AND every_s IS NULL AND state = 'queued'"
    " AND (run_at <= now() OR (taken AND last_error = ''))"
)
_FAILED = (
    "SELECT name || ': ' || last_error FROM job WHERE tenant_id = $1 AND every_s IS NULL AND last_error <> ''"
)

# Hundreds of earlier tests' tenants have tasks every minute, and what is due first is done first.
_PARK = (
    "UPDATE job SET run_at = now() + interval '1 hour' WHERE tenant_id <> $1 AND every_s IS NOT NULL"
    " AND run_at <= now() + interval '2 minutes'"
)


async def drain(runtime: Runtime, tenant: Tenant, *, allow_failures: bool = False) -> None:
    """Until no one-off job of ``tenant`` is due; periodic tasks of other tenants wait.

    Raises AssertionError for jobs that failed or do not end.
    """
    await runtime.directory.catch_up()
    async with runtime.db.control() as tx:
        await tx.execute(_PARK, tenant.id)
    deadline = time.monotonic() + LIMIT_S
    async with runtime.jobs.worker(runtime):
        while await _left(runtime, tenant):
            if time.monotonic() > deadline:
                raise AssertionError("jobs are still waiting")
            runtime.jobs.wake.set()
            await asyncio.sleep(0.01)
    if not allow_failures:
        async with runtime.db.control(read_only=True) as tx:
            failed = await tx.values(_FAILED, tenant.id)
        if failed:
            raise AssertionError("; ".join(failed))


async def _left(runtime: Runtime, tenant: Tenant) -> int:
    async with runtime.db.control(read_only=True) as tx:
        return int(await tx.value(_LEFT, tenant.id))
