"""How the queue is doing, for operators: depth, lag, dead jobs, and another chance for them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Database


class QueueStatus(msgspec.Struct, frozen=True):
    """One-off jobs only. ``lag_s`` is how long the oldest one has been due, 0 when none is."""

    waiting: int
    due: int
    dead: int
    lag_s: float


class DeadJob(msgspec.Struct, frozen=True):
    id: uuid.UUID
    tenant: str
    name: str
    attempts: int
    last_error: str
    created_at: datetime


_STATUS: Final = (
    "SELECT count(*) FILTER (WHERE state = 'queued') AS waiting,"
    " count(*) FILTER (WHERE state = 'queued' AND run_at <= now()) AS due,"
    " count(*) FILTER (WHERE state = 'dead') AS dead,"
    " coalesce(extract(epoch FROM now() - min(run_at) FILTER (WHERE state = 'queued' AND run_at <= now())), 0)"
    "::float8 AS lag_s FROM job WHERE every_s IS NULL"
)
_DEAD: Final = (
    "SELECT j.id, t.slug AS tenant, j.name, j.attempts, j.last_error, j.created_at"
    " FROM job j JOIN tenant t ON t.id = j.tenant_id WHERE j.state = 'dead' ORDER BY j.created_at, j.id LIMIT $1"
)
_REVIVE: Final = (
    "UPDATE job SET state = 'queued', attempts = 0, run_at = now() WHERE id = $1 AND state = 'dead'"
)


async def queue_status(db: Database) -> QueueStatus:
    async with db.control(read_only=True) as tx:
        return await tx.one(QueueStatus, _STATUS)


async def dead_jobs(db: Database, *, limit: int = 100) -> list[DeadJob]:
    """Oldest first; deliveries of events are named ``event:<plugin>:<topic>``."""
    async with db.control(read_only=True) as tx:
        return await tx.all(DeadJob, _DEAD, limit)


async def revive(db: Database, job_id: uuid.UUID) -> bool:
    """Twenty more tries; False when there is no such dead job."""
    async with db.control() as tx:
        return await tx.execute(_REVIVE, job_id) == 1
