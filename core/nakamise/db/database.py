"""The pool, and the only two ways to a transaction: a tenant's, or the shared schema's."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, cast

import asyncpg
import msgspec

from nakamise.db.held import held
from nakamise.db.shares import Shares, Turn
from nakamise.db.tx import CommitLost, Tx
from nakamise.ids import check_schema_name

log: Final = logging.getLogger("nakamise.db")
CONTROL_SCHEMA = "nakamise"
# asyncpg keeps a plan per statement text; texts are shared by all tenants, so this holds all of ours.
STATEMENT_CACHE_SIZE = 1024
# A backend that has seen many tenants holds their relation caches: it is replaced after this long idle.
IDLE_S = 300.0
# ... or after this many uses.
USES_MAX = 50_000
CLOSE_S = 10.0
_READ_ONLY: Final = " READ ONLY"
_SNAPSHOT: Final = " ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Database:
    """The login role owns nothing and sees nothing: without ``tenant`` or ``control`` every query fails."""

    def __init__(self, pool: asyncpg.Pool, control_role: str) -> None:
        self.pool = pool
        self._control_role = control_role
        self._shares = Shares(pool.get_max_size())

    @classmethod
    async def connect(cls, url: str, *, control_role: str, size: int = 10) -> Database:
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            max_queries=USES_MAX,
            max_inactive_connection_lifetime=IDLE_S,
            statement_cache_size=STATEMENT_CACHE_SIZE,
            init=prepare,
            reset=_nothing_to_reset,
        )
        return cls(pool, control_role)

    async def close(self) -> None:
        """Waits a while for transactions that are under way, then cuts them off."""
        try:
            async with asyncio.timeout(CLOSE_S):
                await self.pool.close()
        except TimeoutError:
            log.warning("connections were still in use after %s s and are cut off", CLOSE_S)
            self.pool.terminate()

    @asynccontextmanager
    async def tenant(
        self, schema: str, *, read_only: bool = False, snapshot: bool = False
    ) -> AsyncIterator[Tx]:
        """One transaction as the tenant's role, on the tenant's schema.

        ``snapshot``: all statements see the same moment, and nothing is written.
        """
        check_schema_name(schema)
        turn = await self._shares.turn(schema)
        try:
            mode = _SNAPSHOT if snapshot else _READ_ONLY if read_only else ""
            async with self._transaction(schema, schema, mode, turn) as tx:
                yield tx
        finally:
            turn.end()

    @asynccontextmanager
    async def control(self, *, read_only: bool = False) -> AsyncIterator[Tx]:
        """One transaction on the shared schema: agencies, tenants, hosts, switches, jobs."""
        mode = _READ_ONLY if read_only else ""
        async with self._transaction(self._control_role, CONTROL_SCHEMA, mode) as tx:
            yield tx

    @asynccontextmanager
    async def _transaction(
        self, role: str, schema: str, mode: str, turn: Turn | None = None
    ) -> AsyncIterator[Tx]:
        async with self.pool.acquire() as pooled:
            # The proxy that a pool lends has all methods of the connection behind it.
            connection = cast("asyncpg.Connection", pooled)
            try:
                # One message, so that the context costs no round trip of its own; both settings end
                # with the transaction, so that a pool or pgbouncer can never hand them to the next one.
                await connection.execute(
                    f'BEGIN{mode};SET LOCAL ROLE "{role}";SET LOCAL search_path = "{schema}", pg_temp'
                )
                tx = Tx(connection, schema)
                with held(connection, turn):
                    yield tx
                tag = await connection.execute("COMMIT")
            except BaseException:
                await _roll_back(connection)
                raise
            if tag != "COMMIT":
                raise CommitLost(f"PostgreSQL answered COMMIT with {tag}")
        # What is done afterwards may want a connection itself: nobody waits for a turn while holding one.
        if turn is not None:
            turn.end()
        await tx.run_after_commit()


async def _roll_back(connection: asyncpg.Connection) -> None:
    """A connection that cannot be rolled back is thrown away, never handed to the next request."""
    try:
        await asyncio.shield(connection.execute("ROLLBACK"))
    except BaseException:  # noqa: BLE001 - whatever went wrong, the answer is to drop the connection
        with contextlib.suppress(Exception):
            connection.terminate()


async def prepare(connection: asyncpg.Connection) -> None:
    """Values of type jsonb travel as what they mean; every connection of ours speaks so."""
    await connection.set_type_codec(
        "jsonb",
        encoder=lambda value: b"\x01" + msgspec.json.encode(value),
        decoder=lambda data: msgspec.json.decode(data[1:]),
        schema="pg_catalog",
        format="binary",
    )


async def _nothing_to_reset(connection: asyncpg.Connection) -> None:
    """Everything that we set is local to a transaction; a reset would cost a round trip."""
