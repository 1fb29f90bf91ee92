"""A transaction for a hook that may fail: what it did is undone, the caller's transaction goes on.

The SAVEPOINT is set by the hook's first query, so a hook that asks nothing costs no round trip.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

import asyncpg

from nakamise.db import Tx

_NAME = "hook"


class _LazySavepoint:
    """Stands where a connection stands in ``Tx``: the methods that ``Tx`` calls and nothing else."""

    __slots__ = ("_connection", "is_set")

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.is_set = False

    async def _ready(self) -> asyncpg.Connection:
        if not self.is_set:
            await self._connection.execute(f"SAVEPOINT {_NAME}")
            self.is_set = True
        return self._connection

    async def fetch(self, query: str, *args: object) -> Any:
        return await (await self._ready()).fetch(query, *args)

    async def fetchrow(self, query: str, *args: object) -> Any:
        return await (await self._ready()).fetchrow(query, *args)

    async def fetchval(self, query: str, *args: object) -> Any:
        return await (await self._ready()).fetchval(query, *args)

    async def execute(self, query: str, *args: object) -> Any:
        return await (await self._ready()).execute(query, *args)

    async def executemany(self, query: str, rows: list[tuple[object, ...]]) -> None:
        await (await self._ready()).executemany(query, rows)


class GuardedTx(Tx):
    """Ends with ``keep`` or ``undo``; nothing of it outlives an undo, not even ``after_commit`` acts."""

    __slots__ = ("_acts", "_outer", "_savepoint")

    def __init__(self, outer: Tx) -> None:
        self._outer = outer
        self._savepoint = _LazySavepoint(outer.connection)
        self._acts: list[Callable[[], Awaitable[None]]] = []
        super().__init__(cast("asyncpg.Connection", self._savepoint), outer.schema)

    def after_commit(self, act: Callable[[], Awaitable[None]]) -> None:
        self._acts.append(act)

    async def keep(self) -> None:
        if self._savepoint.is_set:
            await self._outer.connection.execute(f"RELEASE SAVEPOINT {_NAME}")
        for act in self._acts:
            self._outer.after_commit(act)

    async def undo(self) -> None:
        if self._savepoint.is_set:
            await self._outer.connection.execute(f"ROLLBACK TO SAVEPOINT {_NAME}")
            await self._outer.connection.execute(f"RELEASE SAVEPOINT {_NAME}")
