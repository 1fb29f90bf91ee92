"""Jobs run at least once, for their tenant only, after the transaction that queued them."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import pytest

from nakamise.db import Database
from nakamise.jobs.overview import dead_jobs, queue_status, revive
from nakamise.jobs.queue import PAYLOAD_MAX_BYTES, JobQueue, PayloadTooLarge
from nakamise.jobs.store import TRIES_MAX, JobStore, backoff_s
from nakamise.plugin import Job, TenantCtx
from nakamise.runtime import Runtime
from nakamise.testing.fixtures import CtxFor, MakeTenant
from tests.core.jobs.helpers import until, with_queue


class Note(msgspec.Struct, frozen=True):
    text: str


class Notes:
    """Records what a handler was given; raises as often as it is told to."""

    def __init__(self, *, failures: int = 0) -> None:
        self.seen: list[tuple[str, int]] = []
        self.tenants: set[uuid.UUID] = set()
        self.failures = failures

    async def handle(self, ctx: TenantCtx, payload: Note, job: Job) -> None:
        assert ctx.actor.is_system
        self.tenants.add(ctx.tenant.id)
        self.seen.append((payload.text, job.attempt))
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not yet")

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.seen]


def name() -> str:
    return f"core.note_{uuid.uuid4().hex[:8]}"


async def test_a_job_runs_after_commit_and_never_after_rollback(
    runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor
) -> None:
    mine, queue = with_queue(runtime)
    notes, job = Notes(), name()
    queue.handler(job)(notes.handle)
    tenant = await make_tenant()
    ctx = ctx_for(tenant)

    async def rolled_back() -> None:
        async with ctx.begin() as tx:
            await queue.enqueue(tx, job, Note("never"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await rolled_back()
    async with ctx.begin() as tx:
        await queue.enqueue(tx, job, Note("once"))
    async with queue.worker(mine):
        await until(lambda: bool(notes.seen))
    assert notes.seen == [("once", 1)]
    assert notes.tenants == {tenant.id}


async def test_a_finished_job_leaves_no_row(
    runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor, owner: asyncpg.Connection
) -> None:
    mine, queue = with_queue(runtime)
    notes, job = Notes(), name()
    queue.handler(job)(notes.handle)
    async with ctx_for(await make_tenant()).begin() as tx:
        await queue.enqueue(tx, job, Note("x"))
    async with queue.worker(mine):
        await until(lambda: bool(notes.seen))
    assert await owner.fetchval("SELECT count(*) FROM nakamise.job WHERE name = $1", job) == 0


async def test_a_tenant_reaches_the_queue_by_the_function_only(
    db: Database, make_tenant: MakeTenant, ctx_for: CtxFor
) -> None:
    ctx = ctx_for(await make_tenant())
    for sql in (
        "SELECT count(*) FROM nakamise.job",
        "DELETE FROM nakamise.job",
        "SELECT count(*) FROM nakamise.tenant",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with ctx.begin() as tx:
                await tx.execute(sql)


async def test_without_a_tenants_role_nothing_can_be_queued(db: Database) -> None:
    queue = JobQueue()
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="no tenant is set"):
        async with db.control() as tx:
            await queue.enqueue(tx, "core.x", {})


async def test_the_job_belongs_to_the_tenant_whose_role_is_set(
    make_tenant: MakeTenant, ctx_for: CtxFor, owner: asyncpg.Connection
) -> None:
    """The function takes no tenant: the one argument that could lie does not exist."""
    queue, job = JobQueue(), name()
    first, second = await make_tenant(), await make_tenant()
    async with ctx_for(second).begin() as tx:
        await queue.enqueue(tx, job, Note("x"))
    found = await owner.fetchval("SELECT tenant_id FROM nakamise.job WHERE name = $1", job)
    assert found == second.id != first.id


async def test_a_failed_job_is_tried_again_later(
    runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor
) -> None:
    mine, queue = with_queue(runtime)
    notes, job = Notes(failures=1), name()
    queue.handler(job)(notes.handle)
    async with ctx_for(await make_tenant()).begin() as tx:
        await queue.enqueue(tx, job, Note("x"))
    async with queue.worker(mine):
        await until(lambda: len(notes.seen) == 2)
    assert notes.seen == [("x", 1), ("x", 2)]


async def test_after_the_last_try_it_is_dead_and_visible(
    runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor, owner: asyncpg.Connection
) -> None:
    mine, queue = with_queue(runtime)
    notes, job = Notes(failures=2), name()
    queue.handler(job)(notes.handle)
    async with ctx_for(await make_tenant()).begin() as tx:
        await queue.enqueue(tx, job, Note("x"))
    await owner.execute("UPDATE nakamise.job SET attempts = $2 WHERE name = $1", job, TRIES_MAX - 1)
    async with queue.worker(mine):
        await until(lambda: bool(notes.seen))
    row = await owner.fetchrow("SELECT state, attempts, last_error FROM nakamise.job WHERE name = $1", job)
    assert row is not None
    assert tuple(row) == ("dead", TRIES_MAX, "RuntimeError: not yet")
    [dead] = [one for one in await dead_jobs(mine.db) if one.name == job]
    assert (await queue_status(mine.db)).dead >= 1
    assert await revive(mine.db, dead.id)
    assert not await revive(mine.db, dead.id)
    notes.failures = 0
    async with queue.worker(mine):
        await until(lambda: len(notes.seen) == 2)
    assert notes.seen[-1] == ("x", 1)


async def test_a_job_that_always_takes_the_process_down_is_buried(
    runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor, owner: asyncpg.Connection
) -> None:
    mine, queue = with_queue(runtime)
    notes, job = Notes(), name()
    queue.handler(job)(notes.handle)
    async with ctx_for(await make_tenant()).begin() as tx:
        await queue.enqueue(tx, job, Note("x"))
    await owner.execute("UPDATE nakamise.job SET attempts = $2 WHERE name = $1", job, TRIES_MAX)
    await JobStore(mine.db, 1).bury()
    assert await owner.fetchval("SELECT state FROM nakamise.job WHERE name = $1", job) == "dead"


def test_backoff_doubles_up_to_an_hour() -> None:
    assert [backoff_s(attempt) for attempt in (1, 2, 3, 12, 13, 20)] == [1, 2, 4, 2048, 3600, 3600]


async def test_jobs_of_one_key_keep_their_order_when_one_fails(
    runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor
) -> None:
    mine, queue = with_queue(runtime)
    notes, job = Notes(failures=1), name()
    queue.handler(job)(notes.handle)
    async with ctx_for(await make_tenant()).begin() as tx:
        await queue.enqueue(tx, job, Note("first"), key="order-1")
        await queue.enqueue(tx, job, Note("second"), key="order-1")
        await queue.enqueue(tx, job, Note("other"), key="order-2")
    async with queue.worker(mine):
        await until(lambda: len(notes.seen) == 4)
    assert notes.texts.index("second") > max(i for i, text in enumerate(notes.texts) if text == "first")
    assert notes.texts.index("other") < notes.texts.index("second")


async def test_once_is_queued_once_until_it_is_taken(make_tenant: MakeTenant, ctx_for: CtxFor) -> None:
    queue, job = JobQueue(), name()
    async with ctx_for(await make_tenant()).begin() as tx:
        assert await queue.enqueue(tx, job, Note("x"), once="a") is not None
        assert await queue.enqueue(tx, job, Note("x"), once="a") is None
        assert await queue.enqueue(tx, job, Note("x"), once="b") is not None


async def test_a_later_job_waits_for_its_time(
    runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor
) -> None:
    mine, queue = with_queue(runtime)
    notes, job = Notes(), name()
    queue.handler(job)(notes.handle)
    async with ctx_for(await make_tenant()).begin() as tx:
        await queue.enqueue(tx, job, Note("later"), run_at=datetime.now(UTC) + timedelta(hours=1))
        await queue.enqueue(tx, job, Note("now"))
    async with queue.worker(mine):
        await until(lambda: bool(notes.seen))
        await asyncio.sleep(0.2)
    assert notes.texts == ["now"]


async def test_jobs_of_a_suspended_tenant_wait(
    runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor, owner: asyncpg.Connection
) -> None:
    mine, queue = with_queue(runtime)
    notes, job = Notes(), name()
    queue.handler(job)(notes.handle)
    tenant = await make_tenant()
    async with ctx_for(tenant).begin() as tx:
        await queue.enqueue(tx, job, Note("x"))
    await owner.execute("UPDATE nakamise.tenant SET state = 'suspended' WHERE id = $1", tenant.id)
    async with queue.worker(mine):
        await asyncio.sleep(0.3)
        assert notes.seen == []
        await owner.execute("UPDATE nakamise.tenant SET state = 'active' WHERE id = $1", tenant.id)
        await until(lambda: bool(notes.seen))


async def test_stopping_waits_for_what_is_in_work(
    runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor
) -> None:
    mine, queue = with_queue(runtime)
    started, ended, job = asyncio.Event(), asyncio.Event(), name()

    async def slow(ctx: TenantCtx, payload: Note, job: Job) -> None:
        started.set()
        await asyncio.sleep(0.3)
        ended.set()

    queue.handler(job)(slow)
    async with ctx_for(await make_tenant()).begin() as tx:
        await queue.enqueue(tx, job, Note("x"))
    async with queue.worker(mine):
        await asyncio.wait_for(started.wait(), 10)
    assert ended.is_set()


async def test_a_lost_lease_lets_another_worker_in_and_fences_the_first_off(
    runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor, owner: asyncpg.Connection
) -> None:
    queue, job = JobQueue(), name()
    async with ctx_for(await make_tenant()).begin() as tx:
        await queue.enqueue(tx, job, Note("x"))
    store = JobStore(runtime.db, lease_s=60)
    [first] = await _take(store, job)
    assert await _take(store, job) == []
    await owner.execute("UPDATE nakamise.job SET run_at = now() WHERE name = $1", job)
    [second] = await _take(store, job)
    assert (first.id, first.attempts, second.attempts) == (second.id, 1, 2)
    assert not await store.extend(first)
    await store.finish(first)
    assert await store.extend(second), "the first worker's late word must not count"
    await store.finish(second)
    assert await owner.fetchval("SELECT count(*) FROM nakamise.job WHERE name = $1", job) == 0


async def _take(store: JobStore, job: str) -> list[Any]:
    return await store.take(100, [job])


async def test_a_periodic_task_runs_for_each_tenant_again_and_again(
    runtime: Runtime, make_tenant: MakeTenant, owner: asyncpg.Connection
) -> None:
    mine, queue = with_queue(runtime, concurrency=16)
    task = name()
    runs: list[uuid.UUID] = []
    tenant = await make_tenant()

    @queue.periodic(task, every_s=1)
    async def tick(ctx: TenantCtx) -> None:
        runs.append(ctx.tenant.id)

    async with queue.worker(mine):
        await until(lambda: runs.count(tenant.id) >= 2, seconds=60)
    assert runs.count(tenant.id) >= 2
    await owner.execute("DELETE FROM nakamise.job WHERE name = $1", f"task:{task}")


async def test_a_payload_has_a_limit(make_tenant: MakeTenant, ctx_for: CtxFor) -> None:
    with pytest.raises(PayloadTooLarge):
        async with ctx_for(await make_tenant()).begin() as tx:
            await JobQueue().enqueue(tx, "core.x", {"text": "x" * PAYLOAD_MAX_BYTES})


def test_a_handler_must_say_what_it_takes() -> None:
    async def vague(ctx, payload, job):  # type: ignore[no-untyped-def]
        pass

    with pytest.raises(TypeError, match="payload"):
        JobQueue().handler("core.vague")(vague)
