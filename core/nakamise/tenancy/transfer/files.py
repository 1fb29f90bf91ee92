"""A tenant's stored objects, on their way in."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from nakamise.ids import uuid7
from nakamise.runtime import Runtime
from nakamise.storage import ObjectStore
from nakamise.storage.keys import content_type_of
from nakamise.tenancy.owner import owner_connection
from nakamise.tenancy.transfer.archive import ArchiveReader
from nakamise.tenancy.transfer.masks import Pairs, swap

_LOCKS: Final = 0x6E6C
_AT_ONCE: Final = 4
_PREFIX: Final = "files/"


class Stored:
    def __init__(self, store: ObjectStore, transfer_id: uuid.UUID) -> None:
        self._store = store
        self._transfer_id = transfer_id

    async def take(self, reader: ArchiveReader, pairs: Pairs, say: Callable[[str, int, int], None]) -> int:
        """Store every object of the archive; how many."""
        members = {name: one for name, one in reader.manifest.members.items() if name.startswith(_PREFIX)}
        total = sum(one.size for one in members.values())
        waiting = list(members)
        done = 0

        async def work() -> None:
            nonlocal done
            while waiting:
                name = waiting.pop()
                key = swap(name.removeprefix(_PREFIX).encode(), pairs).decode()
                await self._store.put(key, reader.read(name), content_type_of(key))
                done += members[name].size
                say("files", done, total)

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(work())
        return len(members)

    async def keep(self, connection: asyncpg.Connection) -> None:
        """In the transaction that makes the tenant: from its commit on the files are the tenant's."""
        await connection.execute("DELETE FROM nakamise.transfer WHERE id = $1", self._transfer_id)


@asynccontextmanager
async def stored(runtime: Runtime, schema: str) -> AsyncIterator[Stored]:
    """Objects put in the block stay if ``keep`` was committed; else they go, now or with the next import."""
    await sweep(runtime)
    transfer_id = uuid7()
    async with owner_connection(runtime.settings) as connection:
        # Held until this process lets go of it, or dies.
        await connection.execute("SELECT pg_advisory_lock($1, hashtext($2))", _LOCKS, str(transfer_id))
        await connection.execute(
            "INSERT INTO nakamise.transfer (id, kind, schema, state, expires_at)"
            " VALUES ($1, 'import', $2, 'running', now())",
            transfer_id,
            schema,
        )
        try:
            yield Stored(runtime.store, transfer_id)
        finally:
            await _remove_unless_kept(runtime, connection, transfer_id)


async def sweep(runtime: Runtime) -> int:
    """Remove what imports that died left in the store; how many there were."""
    async with owner_connection(runtime.settings) as connection:
        rows = await connection.fetch(
            "SELECT id FROM nakamise.transfer WHERE kind = 'import'"
            " AND pg_try_advisory_lock($1, hashtext(id::text))",
            _LOCKS,
        )
        for row in rows:
            await _remove_unless_kept(runtime, connection, row["id"])
    return len(rows)


async def remove_all(store: ObjectStore, schema: str) -> int:
    keys = await store.keys(schema)
    for key in keys:
        await store.delete(key)
    return len(keys)


async def _remove_unless_kept(
    runtime: Runtime, connection: asyncpg.Connection, transfer_id: uuid.UUID
) -> None:
    schema = await connection.fetchval("SELECT schema FROM nakamise.transfer WHERE id = $1", transfer_id)
    if schema is not None:
        await remove_all(runtime.store, schema)
        await connection.execute("DELETE FROM nakamise.transfer WHERE id = $1", transfer_id)
