"""A transaction with a tenant's role and search path, and typed rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeVar

import asyncpg
import msgspec
from sqlalchemy import Executable

from nakamise.db.fence import check_statement
from nakamise.db.statements import compiled
from nakamise.errors import NakamiseError, Problem

T = TypeVar("T")
Query = str | Executable
_TURN: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_SHARED_TURN: Final = "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))"


class RowMissing(NakamiseError):
    """``one`` found no row."""


class CommitLost(NakamiseError):
    """PostgreSQL answered COMMIT with a rollback: an error inside the transaction was swallowed."""


class Tx:
    """Made by ``Database`` only; never commits by itself.

    Queries are SQL text with ``$1`` parameters, or SQLAlchemy Core statements without further arguments.
    Rows become ``type_`` (a msgspec Struct) by column name; jsonb columns decode into nested types.
    """

    __slots__ = ("_after_commit", "connection", "schema")

    def __init__(self, connection: asyncpg.Connection, schema: str) -> None:
        self.connection = connection
        self.schema = schema
        self._after_commit: list[Callable[[], Awaitable[None]]] = []

    async def all(self, type_: type[T], query: Query, *args: object) -> list[T]:
        text, values = compiled(query, args)
        rows = await self.connection.fetch(text, *values)
        return msgspec.convert([dict(row) for row in rows], list[type_])  # type: ignore[valid-type]

    async def first(self, type_: type[T], query: Query, *args: object) -> T | None:
        text, values = compiled(query, args)
        row = await self.connection.fetchrow(text, *values)
        return None if row is None else msgspec.convert(dict(row), type_)

    async def one(self, type_: type[T], query: Query, *args: object) -> T:
        """Raises RowMissing."""
        found = await self.first(type_, query, *args)
        if found is None:
            raise RowMissing(type_.__name__)
        return found

    async def value(self, query: Query, *args: object) -> Any:
        """The first column of the first row, or None."""
        text, values = compiled(query, args)
        return await self.connection.fetchval(text, *values)

    async def values(self, query: Query, *args: object) -> list[Any]:
        """The first column of every row."""
        text, values = compiled(query, args)
        return [row[0] for row in await self.connection.fetch(text, *values)]

    async def execute(self, query: Query, *args: object) -> int:
        """Run it; the number of rows touched."""
        text, values = compiled(query, args)
        tag = await self.connection.execute(text, *values)
        last = tag.rpartition(" ")[2]
        return int(last) if last.isdecimal() else 0

    async def execute_many(self, query: str, rows: list[tuple[object, ...]]) -> None:
        await self.connection.executemany(check_statement(query), rows)

    async def must_touch_one(self, otherwise: Problem, query: Query, *args: object) -> None:
        """A conditional write that takes a limited thing: anything but one row raises ``otherwise``."""
        if await self.execute(query, *args) != 1:
            raise otherwise

    async def turn(self, name: str, *, shared: bool = False) -> None:
        """Wait for a turn of this tenant that has no row of its own, and keep it until the end of the transaction.

        Who asks for it ``shared`` has it beside others who share it, and keeps those out who want it alone.
        Take it before rows that others lock the other way round. ``name`` begins with the plugin's id.
        """
        # Advisory locks are the whole database's, so the tenant's schema is in the key.
        query = _SHARED_TURN if shared else _TURN
        await self.connection.fetchval(query, f"turn {self.schema} {name}")

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What fails inside is undone; the transaction goes on if the caller catches the error."""
        # asyncpg's transaction() refuses inside a transaction that it did not begin itself. The name may
        # repeat: ROLLBACK TO and RELEASE mean the innermost one.
        await self.connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            # A connection that broke has nothing to undo; its own error goes on.
            with suppress(asyncpg.InterfaceError, asyncpg.PostgresConnectionError):
                await self.connection.execute("ROLLBACK TO part; RELEASE part")
            raise
        await self.connection.execute("RELEASE part")

    def after_commit(self, act: Callable[[], Awaitable[None]]) -> None:
        """``act`` runs once the commit is certain; lost if the process dies, so only for hints."""
        self._after_commit.append(act)

    async def run_after_commit(self) -> None:
        for act in self._after_commit:
            await act()
