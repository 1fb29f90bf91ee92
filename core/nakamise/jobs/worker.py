"""Takes jobs and does them, several at a time, in this process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
import zlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

import asyncpg
import msgspec

from nakamise.host.attribution import current_plugin
from nakamise.jobs.handlers import Handler, all_handlers, task_job
from nakamise.jobs.store import PARK_S, Due, JobStore, Taken
from nakamise.plugin.context import SYSTEM, Tenant, TenantCtx
from nakamise.plugin.jobs import Job

if TYPE_CHECKING:
    from nakamise.jobs.queue import JobQueue
    from nakamise.runtime import Runtime

log: Final = logging.getLogger("nakamise.jobs")
JOB_TIME_MAX_S: Final = 300.0
STOP_GRACE_S: Final = 10.0
SPREAD_MAX_S: Final = 60
BURY_EVERY_S: Final = 30.0
DATABASE_ERRORS: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Worker:
    """One for a process; processes share the work by SKIP LOCKED."""

    def __init__(self, queue: JobQueue, runtime: Runtime) -> None:
        self._queue = queue
        self._runtime = runtime
        self._store = JobStore(runtime.db, queue.lease_s)
        self._handlers = all_handlers(runtime.host, queue.core_handlers.values())
        self._ensured: dict[uuid.UUID, int] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._bury_at = 0.0
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._loop = asyncio.create_task(self._work(), name="job-worker")

    async def stop(self) -> None:
        """Take nothing more, wait for what is in work, then give the rest back."""
        self._stopping = True
        self._queue.wake.set()
        if self._loop is not None:
            await self._loop
        if self._running:
            await asyncio.wait(self._running, timeout=STOP_GRACE_S)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _work(self) -> None:
        while not self._stopping:
            self._queue.wake.clear()
            if not await self._round():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._queue.poll_s):
                        await self._queue.wake.wait()

    async def _round(self) -> int:
        """How many jobs were taken."""
        try:
            await self._ensure_tasks()
            await self._bury_now_and_then()
            return await self._take()
        except DATABASE_ERRORS as error:
            log.warning("no jobs can be taken: %s", error)
        # The worker must outlive its own bugs too: work would stop without anybody noticing.
        except Exception:
            log.exception("no jobs can be taken")
        return 0

    async def _bury_now_and_then(self) -> None:
        now = time.monotonic()
        if now >= self._bury_at:
            self._bury_at = now + BURY_EVERY_S
            await self._store.bury()

    async def _take(self) -> int:
        free = self._queue.concurrency - len(self._running)
        jobs = await self._store.take(free, list(self._handlers)) if free > 0 else []
        for job in jobs:
            task = asyncio.create_task(self._settle(job), name=f"job {job.name}")
            self._running.add(task)
            task.add_done_callback(self._done)
        return len(jobs)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._queue.wake.set()

    # --- one job ---------------------------------------------------------------------------------------

    async def _settle(self, job: Taken) -> None:
        """Do it and write down how it ended; what cannot be written is tried again when the lease ends."""
        try:
            await self._try(job)
        except asyncio.CancelledError:
            await self._store.give_back(job, "the worker was stopped")
            raise
        except DATABASE_ERRORS as error:
            log.warning("job %s: its end could not be written: %s", job.name, error)

    async def _try(self, job: Taken) -> None:
        handler = self._handlers.get(job.name)
        tenant = await self._tenant(job.tenant_id)
        if handler is None or tenant is None:
            await self._store.give_back(job, "nobody here can do it", PARK_S)
        elif handler.owner is not None and handler.owner not in tenant.plugins:
            await self._set_aside(job)
        else:
            await self._do(job, handler, tenant)

    async def _set_aside(self, job: Taken) -> None:
        """Its plugin is off: a task starts anew when it is on again, anything else waits for that."""
        if job.every_s is not None:
            await self._store.drop(job)
        else:
            await self._store.give_back(job, "its plugin is off", PARK_S)

    async def _do(self, job: Taken, handler: Handler, tenant: Tenant) -> None:
        extra = {"plugin": handler.owner or "core", "job": job.name}
        lineup = self._runtime.host.lineup(tenant.plugins)
        ctx = TenantCtx(self._runtime, tenant, SYSTEM, lineup)
        current_plugin.set(handler.owner)
        try:
            payload = msgspec.convert(job.payload, handler.payload)
            async with asyncio.timeout(JOB_TIME_MAX_S), self._lease(job):
                await handler.work(ctx, payload, Job(job.id, job.name, job.attempts))
        except Exception as error:
            log.exception(
                "job %s failed, try %s, plugin=%s", job.name, job.attempts, extra["plugin"], extra=extra
            )
            await self._store.fail(job, error)
        else:
            await self._store.finish(job)

    @contextlib.asynccontextmanager
    async def _lease(self, job: Taken) -> AsyncIterator[None]:
        """Keeps the lease while the block runs; stops the block when it was lost all the same."""
        worker = asyncio.current_task()

        async def keep() -> None:
            while True:
                await asyncio.sleep(self._queue.lease_s / 3)
                with contextlib.suppress(*DATABASE_ERRORS):
                    if not await self._store.extend(job) and worker is not None:
                        worker.cancel("the lease was lost")

        keeper = asyncio.create_task(keep())
        try:
            yield
        finally:
            keeper.cancel()

    async def _tenant(self, tenant_id: uuid.UUID) -> Tenant | None:
        found = self._runtime.directory.by_id(tenant_id)
        if found is None:
            await self._runtime.directory.catch_up()
            found = self._runtime.directory.by_id(tenant_id)
        return found

    # --- periodic tasks --------------------------------------------------------------------------------

    async def _ensure_tasks(self) -> None:
        """Each tenant's rows once, and again whenever its version changes."""
        tenants = [t for t in self._runtime.directory.all() if self._ensured.get(t.id) != t.version]
        due = [task for tenant in tenants for task in self._tasks_of(tenant)]
        if due:
            await self._store.ensure(due)
        self._ensured |= {tenant.id: tenant.version for tenant in tenants}

    def _tasks_of(self, tenant: Tenant) -> list[Due]:
        tasks = [(task.name, task.every_s) for task in self._queue.core_tasks]
        tasks += [(task.name, task.every_s) for task in self._runtime.host.tasks(tenant.plugins)]
        return [
            Due(tenant.id, task_job(name), every_s, _first_in_s(tenant, name, every_s))
            for name, every_s in tasks
        ]


def _first_in_s(tenant: Tenant, name: str, every_s: int) -> int:
    """The same for the same tenant and task, different between tenants: no thundering herd."""
    return zlib.crc32(f"{tenant.id}{name}".encode()) % min(every_s, SPREAD_MAX_S)
