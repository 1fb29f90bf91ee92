"""The statements on ``nakamise.job``, all in the shared schema's role."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from nakamise.db import Database
from nakamise.ids import uuid7

TRIES_MAX: Final = 20
BACKOFF_MAX_S: Final = 3600
# How long a job of a plugin that is off, or gone, is left alone before it is looked at again.
PARK_S: Final = 300
# So much longer than a job that was queued once does a periodic task wait for its turn.
TASKS_WAIT_S: Final = 60
ERROR_LENGTH_MAX: Final = 2000


class Taken(msgspec.Struct, frozen=True):
    """A job that this worker holds until its lease ends."""

    id: uuid.UUID
    tenant_id: uuid.UUID
    name: str
    payload: Any
    attempts: int
    every_s: int | None


class Due(msgspec.Struct, frozen=True):
    """A periodic task of one tenant; ``first_in_s`` spreads the first runs of many tenants."""

    tenant_id: uuid.UUID
    name: str
    every_s: int
    first_in_s: int


# Skips what another worker is taking, and what has an older job of the same key before it.
_DUE: Final = """
SELECT j.id, j.run_at + make_interval(secs => {waits_s}) AS turn, j.seq
FROM job j JOIN tenant t ON t.id = j.tenant_id AND t.state = 'active'
WHERE j.state = 'queued' AND j.every_s IS {kind} AND j.run_at <= now() AND j.attempts < $2 AND j.name = ANY($4)
AND (j.key = '' OR NOT EXISTS (
    SELECT 1 FROM job e WHERE e.tenant_id = j.tenant_id AND e.name = j.name AND e.key = j.key
    AND e.key <> '' AND e.state = 'queued' AND e.seq < j.seq))
ORDER BY j.run_at, j.seq LIMIT $1 FOR UPDATE OF j SKIP LOCKED
"""
# Somebody waits for what was just queued; the tasks of thousands of tenants may be a little late, never for good.
_TAKE: Final = f"""
WITH once AS ({_DUE.format(kind="NULL", waits_s=0)}), tasks AS ({_DUE.format(kind="NOT NULL", waits_s=TASKS_WAIT_S)}),
due AS (SELECT id FROM (SELECT * FROM once UNION ALL SELECT * FROM tasks) found ORDER BY turn, seq LIMIT $1)
UPDATE job SET attempts = job.attempts + 1, taken = true, run_at = now() + make_interval(secs => $3)
FROM due WHERE job.id = due.id
RETURNING job.id, job.tenant_id, job.name, job.payload, job.attempts, job.every_s
"""  # noqa: S608
_EXTEND: Final = "UPDATE job SET run_at = now() + make_interval(secs => $3) WHERE id = $1 AND attempts = $2 AND state = 'queued'"
_FINISH: Final = "DELETE FROM job WHERE id = $1 AND attempts = $2"
_AGAIN: Final = (
    "UPDATE job SET attempts = 0, last_error = $3, run_at = now() + make_interval(secs => every_s)"
    " WHERE id = $1 AND attempts = $2"
)
_FAIL: Final = """
UPDATE job SET last_error = $3, run_at = now() + make_interval(secs => $4),
    state = CASE WHEN attempts >= $5 THEN 'dead' ELSE 'queued' END
WHERE id = $1 AND attempts = $2
"""
_GIVE_BACK: Final = (
    "UPDATE job SET attempts = attempts - 1, last_error = $3, run_at = now() + make_interval(secs => $4)"
    " WHERE id = $1 AND attempts = $2"
)
# A job that takes the process down with it never gets to _FAIL.
_BURY: Final = (
    "UPDATE job SET state = 'dead', last_error = 'every try ended without a word: ' || last_error"
    " WHERE state = 'queued' AND attempts >= $1 AND run_at <= now()"
)
_ENSURE: Final = """
INSERT INTO job (id, tenant_id, name, every_s, run_at)
SELECT d.id, d.tenant_id, d.name, d.every_s, now() + make_interval(secs => d.first_in_s)
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::int[]) AS d (id, tenant_id, name, every_s, first_in_s)
JOIN tenant t ON t.id = d.tenant_id
ON CONFLICT (tenant_id, name) WHERE every_s IS NOT NULL
DO UPDATE SET every_s = excluded.every_s WHERE job.every_s <> excluded.every_s
"""


def backoff_s(attempt: int) -> int:
    """1, 2, 4 … seconds, at most an hour."""
    return int(min(2 ** (attempt - 1), BACKOFF_MAX_S))


class JobStore:
    def __init__(self, db: Database, lease_s: float) -> None:
        self._db = db
        self._lease_s = lease_s

    async def take(self, limit: int, names: Sequence[str]) -> list[Taken]:
        """Due jobs of these ``names``: what this version does not know waits for one that does."""
        async with self._db.control() as tx:
            return await tx.all(Taken, _TAKE, limit, TRIES_MAX, self._lease_s, list(names))

    async def extend(self, job: Taken) -> bool:
        """False when the lease was lost to another worker."""
        return await self._run(_EXTEND, job.id, job.attempts, self._lease_s) == 1

    async def finish(self, job: Taken) -> None:
        if job.every_s is None:
            await self._run(_FINISH, job.id, job.attempts)
        else:
            await self._run(_AGAIN, job.id, job.attempts, "")

    async def fail(self, job: Taken, error: BaseException) -> None:
        text = f"{type(error).__name__}: {error}"[:ERROR_LENGTH_MAX]
        if job.every_s is None:
            await self._run(_FAIL, job.id, job.attempts, text, backoff_s(job.attempts), TRIES_MAX)
        else:
            await self._run(_AGAIN, job.id, job.attempts, text)

    async def give_back(self, job: Taken, why: str, delay_s: float = 0) -> None:
        """The try does not count."""
        await self._run(_GIVE_BACK, job.id, job.attempts, why, delay_s)

    async def drop(self, job: Taken) -> None:
        await self._run(_FINISH, job.id, job.attempts)

    async def bury(self) -> None:
        await self._run(_BURY, TRIES_MAX)

    async def ensure(self, tasks: Sequence[Due]) -> None:
        await self._run(
            _ENSURE,
            [uuid7() for _ in tasks],
            [task.tenant_id for task in tasks],
            [task.name for task in tasks],
            [task.every_s for task in tasks],
            [task.first_in_s for task in tasks],
        )

    async def _run(self, sql: str, *args: object) -> int:
        async with self._db.control() as tx:
            return await tx.execute(sql, *args)
