"""How tenants are doing: three queries on the shared schema for all of them, one on each tenant's own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from nakamise.contracts.control import HealthLevel, TenantHealth
from nakamise.db import Tx
from nakamise.runtime import Runtime
from nakamise.tenancy.history import core_history, plugin_history

# Jobs are done within seconds; when one waits so long, nobody works.
LATE_S: Final = 300
_JOBS: Final = (
    "SELECT tenant_id, count(*) FILTER (WHERE state = 'dead')::int AS dead,"
    " coalesce(extract(epoch FROM now() - min(run_at)"
    " FILTER (WHERE state = 'queued' AND NOT taken AND run_at <= now())), 0)::int AS late_s"
    " FROM nakamise.job WHERE tenant_id = ANY($1) GROUP BY tenant_id"
)
_LEDGER: Final = (
    "SELECT l.tenant_id, l.plugin, l.digest, coalesce(l.error, '') AS error FROM nakamise.migration_ledger l"
    " WHERE l.tenant_id = ANY($1) ORDER BY l.plugin"
)
_ON: Final = (
    "SELECT tenant_id, plugin FROM nakamise.plugin_switch WHERE is_on AND tenant_id = ANY($1) ORDER BY plugin"
)
_INSIDE: Final = (
    "SELECT (SELECT count(*) FROM core_mail WHERE state = 'failed') AS failed_mails,"
    " (SELECT max(last_seen_at) FROM core_session) AS last_activity_at"
)


class Patient(msgspec.Struct, frozen=True):
    id: uuid.UUID
    schema: str
    is_active: bool


class _Jobs(msgspec.Struct, frozen=True):
    tenant_id: uuid.UUID
    dead: int
    late_s: int


class _History(msgspec.Struct, frozen=True):
    tenant_id: uuid.UUID
    plugin: str
    digest: str
    error: str


class _Switch(msgspec.Struct, frozen=True):
    tenant_id: uuid.UUID
    plugin: str


class _Inside(msgspec.Struct, frozen=True):
    failed_mails: int = 0
    last_activity_at: datetime | None = None
    error: str = ""


async def health_of(
    runtime: Runtime, tx: Tx, patients: Sequence[Patient]
) -> Mapping[uuid.UUID, TenantHealth]:
    """``tx`` is on the shared schema."""
    ids = [patient.id for patient in patients]
    jobs = {row.tenant_id: row for row in await tx.all(_Jobs, _JOBS, ids)}
    ledger = await tx.all(_History, _LEDGER, ids)
    switches = await tx.all(_Switch, _ON, ids)
    heads = _heads(runtime)
    found = {}
    for patient in patients:
        queue = jobs.get(patient.id) or _Jobs(patient.id, 0, 0)
        histories = [row for row in ledger if row.tenant_id == patient.id]
        plugins = [row.plugin for row in switches if row.tenant_id == patient.id]
        inside = await _look_inside(runtime, patient.schema)
        found[patient.id] = _judge(patient, queue, histories, plugins, heads, inside)
    return found


def _heads(runtime: Runtime) -> dict[str, str]:
    """Digest of each history that the code has, by plugin."""
    plugins = [plugin_history(manifest) for manifest in runtime.host.usable]
    return {history.plugin: history.digest for history in (core_history(), *plugins)}


async def _look_inside(runtime: Runtime, schema: str) -> _Inside:
    """A schema that cannot be read is a finding, not a reason to show nothing."""
    try:
        async with runtime.db.tenant(schema, read_only=True) as tx:
            return await tx.one(_Inside, _INSIDE)
    except asyncpg.PostgresError as error:
        return _Inside(error=str(error))


def _judge(
    patient: Patient,
    queue: _Jobs,
    histories: Sequence[_History],
    plugins: Sequence[str],
    heads: Mapping[str, str],
    inside: _Inside,
) -> TenantHealth:
    late_s = queue.late_s if patient.is_active else 0
    gone = tuple(plugin for plugin in plugins if plugin not in heads)
    is_migrated = all(heads.get(row.plugin, row.digest) == row.digest for row in histories)
    error = inside.error or next((row.error for row in histories if row.error), "")
    level: HealthLevel = "ok"
    if queue.dead or inside.failed_mails or late_s > LATE_S:
        level = "warning"
    if error or gone or not is_migrated:
        level = "problem"
    return TenantHealth(
        level=level,
        is_migrated=is_migrated,
        migration_error=error,
        dead_jobs=queue.dead,
        oldest_due_s=late_s,
        failed_mails=inside.failed_mails,
        gone_plugins=gone,
        last_activity_at=inside.last_activity_at,
    )
