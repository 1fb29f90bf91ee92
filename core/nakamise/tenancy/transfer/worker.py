"""What a worker does for `service`: write the file, say how far it is, remove it in the end."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import asyncpg

from nakamise.errors import NakamiseError
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.jobs import Job
from nakamise.tenancy.transfer.export import export_tenant
from nakamise.tenancy.transfer.service import EXPORT_JOB, TransferJob, file_of, transfer

if TYPE_CHECKING:
    from nakamise.jobs.queue import JobQueue
    from nakamise.runtime import Runtime

EXPIRE_JOB: Final = "core.expire_export"
_SAY_EVERY_S: Final = 0.5
_ERROR_MAX: Final = 2000


def register(jobs: JobQueue) -> None:
    jobs.handler(EXPORT_JOB)(export)
    jobs.handler(EXPIRE_JOB)(expire)


async def export(ctx: TenantCtx, payload: TransferJob, _: Job) -> None:
    """Begins anew when the worker before it died."""
    runtime = ctx.runtime
    one = await transfer(runtime, payload.transfer_id)
    tenant = runtime.directory.by_id(one.tenant_id)
    if tenant is None or one.state not in ("queued", "running"):
        return
    await _set(runtime, one.id, "state = 'running', done = 0")
    try:
        async with _saying(runtime, one.id) as steps:
            made = await export_tenant(runtime, tenant.slug, file_of(runtime, one.id), progress=steps.note)
    except (NakamiseError, OSError, asyncpg.PostgresError) as error:
        text = f"{type(error).__name__}: {error}"[:_ERROR_MAX]
        await _set(runtime, one.id, "state = 'failed', error = $2", text)
        return
    async with ctx.begin() as tx:
        await ctx.enqueue(tx, EXPIRE_JOB, payload, run_at=one.expires_at)
    await _set(runtime, one.id, "state = 'done', done = $2, total = $2, size = $3", made.read, made.size)


async def expire(ctx: TenantCtx, payload: TransferJob, _: Job) -> None:
    file_of(ctx.runtime, payload.transfer_id).unlink(missing_ok=True)
    await _set(ctx.runtime, payload.transfer_id, "state = 'expired'")


class _Steps:
    def __init__(self) -> None:
        self.done = 0
        self.total = 0

    def note(self, done: int, total: int) -> None:
        self.done = done
        self.total = total


@asynccontextmanager
async def _saying(runtime: Runtime, transfer_id: uuid.UUID) -> AsyncIterator[_Steps]:
    """The row follows the steps while the block runs."""
    steps = _Steps()

    async def follow() -> None:
        while True:
            await asyncio.sleep(_SAY_EVERY_S)
            await _set(runtime, transfer_id, "done = $2, total = $3", steps.done, steps.total)

    follower = asyncio.create_task(follow())
    try:
        yield steps
    finally:
        follower.cancel()


async def _set(runtime: Runtime, transfer_id: uuid.UUID, what: str, *values: object) -> None:
    """``what`` is a constant of this module."""
    async with runtime.db.control() as tx:
        await tx.execute(f"UPDATE transfer SET {what} WHERE id = $1", transfer_id, *values)  # noqa: S608
