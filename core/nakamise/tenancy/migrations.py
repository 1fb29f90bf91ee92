"""All tenants to the newest tables: concurrent, resumable, one transaction for each tenant and plugin.

The truth of what was applied stands in each tenant's schema (``core_migration``) and is written in the
same transaction as the tables, so a runner may be killed at any moment and another continues. The ledger
in the shared schema mirrors it and finds who is behind in one query. A tenant is claimed by its ledger
row (SKIP LOCKED) and by its advisory lock, so two runners share the work and a switch waits.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Literal

import asyncpg
import msgspec

from nakamise.db import CommitLost
from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from nakamise.tenancy.apply import migrate_schema, write_ledger
from nakamise.tenancy.control import lock_tenant
from nakamise.tenancy.history import History, MigrationError
from nakamise.tenancy.owner import owner_connection
from nakamise.tenancy.provision import histories

log: Final = logging.getLogger("nakamise.migrations")
WORKERS: Final = 4
# A reader may hold a table for long; the tenant is tried again after the others.
TRIES_MAX: Final = 5
RETRY_PAUSE_S: Final = 0.5

State = Literal["done", "failed", "elsewhere", "spared"]
# (tenants finished, tenants in all)
Progress = Callable[[int, int], None]

_BEHIND: Final = """
    SELECT t.id, t.slug, t.schema, array_agg(l.plugin) AS plugins
    FROM nakamise.migration_ledger l
    JOIN nakamise.tenant t ON t.id = l.tenant_id
    JOIN unnest($1::text[], $2::integer[], $3::text[]) AS head (plugin, revision, digest) USING (plugin)
    WHERE l.digest <> head.digest AND l.revision <= head.revision
    GROUP BY t.id ORDER BY t.id
"""


class Result(msgspec.Struct, frozen=True):
    """``elsewhere``: another runner holds this tenant. ``spared``: not tried, because a canary failed.

    ``applied`` counts migrations; ``seconds`` go from the first try to the end.
    """

    slug: str
    state: State
    applied: int = 0
    error: str = ""
    seconds: float = 0.0


class Behind(msgspec.Struct):
    id: uuid.UUID
    slug: str
    schema: str
    plugins: list[str]
    tries: int = 0
    applied: int = 0
    began: float = 0.0


async def behind(settings: Settings, host: PluginHost) -> list[Behind]:
    """Tenants whose ledger says that a history of theirs is not what the code has."""
    heads = histories(host, [manifest.id for manifest in host.usable])
    async with owner_connection(settings) as connection:
        rows = await connection.fetch(
            _BEHIND, [h.plugin for h in heads], [h.head for h in heads], [h.digest for h in heads]
        )
    return [Behind(row["id"], row["slug"], row["schema"], row["plugins"]) for row in rows]


async def migrate_all(
    settings: Settings,
    host: PluginHost,
    *,
    workers: int = WORKERS,
    canaries: int = 0,
    progress: Progress | None = None,
) -> list[Result]:
    """One result for each tenant that was behind; a failing tenant does not stop the others.

    The first ``canaries`` tenants go ahead: when one of them fails, the others are spared.
    """
    items = await behind(settings, host)
    run = _Run(settings, host, progress, len(items))
    if canaries and not await run.through(items[:canaries], workers):
        run.results += [Result(item.slug, "spared") for item in items[canaries:]]
    else:
        await run.through(items[canaries:], workers)
    return sorted(run.results, key=lambda result: result.slug)


class _Run:
    def __init__(self, settings: Settings, host: PluginHost, progress: Progress | None, total: int) -> None:
        self._settings = settings
        self._host = host
        self._queue: deque[Behind] = deque()
        self._progress = progress
        self._total = total
        self.results: list[Result] = []

    async def through(self, items: Sequence[Behind], workers: int) -> bool:
        """Whether none has failed so far."""
        self._queue.extend(items)
        await asyncio.gather(*(self._work() for _ in range(min(workers, len(items)))))
        return not any(result.state == "failed" for result in self.results)

    async def _work(self) -> None:
        while self._queue:
            async with owner_connection(self._settings) as connection:
                while self._queue and not connection.is_closed():
                    await self._take(connection, self._queue.popleft())

    async def _take(self, connection: asyncpg.Connection, item: Behind) -> None:
        item.began = item.began or time.monotonic()
        try:
            state = await self._migrate(connection, item)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
            item.tries += 1
            if item.tries < TRIES_MAX:
                await asyncio.sleep(RETRY_PAUSE_S)
                self._queue.append(item)
                return
            await self._fail(item, error)
        except (MigrationError, CommitLost, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            await self._fail(item, error)
        else:
            self._finish(item, state)

    async def _migrate(self, connection: asyncpg.Connection, item: Behind) -> State:
        for history in histories(self._host, item.plugins):
            if history.plugin not in item.plugins:
                continue
            applied = await _step(connection, item, history)
            if applied is None:
                return "elsewhere"
            item.applied += applied
        return "done"

    async def _fail(self, item: Behind, error: Exception) -> None:
        log.error("tenant %s was not migrated: %s", item.slug, error)
        message = f"{type(error).__name__}: {error}"
        async with owner_connection(self._settings) as connection:
            await connection.execute(
                "UPDATE nakamise.migration_ledger SET error = $3, changed_at = now()"
                " WHERE tenant_id = $1 AND plugin = ANY ($2)",
                item.id,
                item.plugins,
                message,
            )
        self._finish(item, "failed", message)

    def _finish(self, item: Behind, state: State, error: str = "") -> None:
        seconds = time.monotonic() - item.began
        self.results.append(Result(item.slug, state, item.applied, error, seconds))
        if self._progress is not None:
            self._progress(len(self.results), self._total)


async def _step(connection: asyncpg.Connection, item: Behind, history: History) -> int | None:
    """One transaction; the number of migrations applied, None when another runner has the tenant."""
    await connection.execute("BEGIN; SET LOCAL lock_timeout = '3s'")
    try:
        claimed = await connection.fetchval(
            "SELECT 1 FROM nakamise.migration_ledger WHERE tenant_id = $1 AND plugin = 'core'"
            " FOR UPDATE SKIP LOCKED",
            item.id,
        )
        if claimed is None:
            await connection.execute("ROLLBACK")
            return None
        await lock_tenant(connection, item.id)
        applied = await migrate_schema(connection, item.schema, history)
        await write_ledger(connection, item.id, history)
    except BaseException:
        if not connection.is_closed():
            await connection.execute("ROLLBACK")
        raise
    tag = await connection.execute("COMMIT")
    if tag != "COMMIT":
        raise CommitLost(f"PostgreSQL answered COMMIT with {tag}")
    return applied
