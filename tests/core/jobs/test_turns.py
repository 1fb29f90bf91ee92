"""Who waits for a job that was just queued does not wait for the periodic tasks of all tenants."""

from __future__ import annotations

import uuid

import asyncpg
import pytest

from nakamise.db import Database
from nakamise.jobs.store import TASKS_WAIT_S, JobStore
from nakamise.testing.fixtures import MakeTenant

INSERT = (
    "INSERT INTO nakamise.job (id, tenant_id, name, every_s, run_at)"
    " VALUES ($1, $2, $3, $4, now() - make_interval(secs => $5))"
)


@pytest.mark.parametrize(
    ("task_late_s", "first"), [(TASKS_WAIT_S - 10, "core.once"), (TASKS_WAIT_S + 10, "task:core.often")]
)
async def test_a_task_waits_longer_but_not_for_good(
    db: Database, owner: asyncpg.Connection, make_tenant: MakeTenant, task_late_s: int, first: str
) -> None:
    tenant = await make_tenant()
    await owner.execute(INSERT, uuid.uuid4(), tenant.id, "task:core.often", 60, task_late_s)
    await owner.execute(INSERT, uuid.uuid4(), tenant.id, "core.once", None, 0)
    store = JobStore(db, 30.0)
    names = ["core.once", "task:core.often"]
    taken = [(await store.take(1, names))[0].name for _ in names]
    assert taken[0] == first
    assert sorted(taken) == sorted(names)
    assert await store.take(1, names) == []
