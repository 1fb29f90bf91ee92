"""Many clients of many tenants over few connections, with everything that goes wrong in the middle of a transaction."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import asyncpg
import msgspec

from nakamise.db import DATABASE_AWAY, Database
from nakamise.db.database import prepare
from nakamise.plugin import Tenant
from nakamise.settings import Settings
from nakamise.tenancy.owner import app_url, names

Act = Literal["read", "write", "raise", "sql", "cancel", "kill"]
# The login role's own: an empty name, so that no table is found.
NO_PATH: Final = '""'
POOL: Final = 4
CLIENTS: Final = 64
TENANTS: Final = 20
# Of a thousand requests.
MIX: Final[dict[Act, int]] = {"read": 760, "write": 200, "raise": 12, "sql": 12, "cancel": 14, "kill": 2}
_AT_CHECKOUT: Final = "SELECT session_user = current_user, current_setting('search_path')"
_SEEN: Final = (
    "SELECT current_user::text AS role, current_setting('search_path') AS path, title, nakamise.my_tenant() AS id"
    " FROM core_page WHERE slug = 'canary'"
)


class Planned(Exception):
    """Somebody's code fails in the middle of its transaction."""


class Seen(msgspec.Struct):
    role: str
    path: str
    title: str
    id: Any


@dataclass
class Storm:
    """``faults``: what one tenant saw of another, or a connection brought along from whoever had it before."""

    tenants: Sequence[Tenant]
    owner: asyncpg.Connection
    faults: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    checkouts: int = 0

    async def at_checkout(self, connection: Any) -> None:
        """As the pool's ``setup``: before anybody of ours says a word on the connection."""
        self.checkouts += 1
        is_itself, path = await connection.fetchrow(_AT_CHECKOUT)
        if not is_itself or path != NO_PATH:
            self.faults.append(f"checkout: is itself {is_itself}, path {path}")

    async def blow(self, db: Database, requests: int) -> None:
        """``requests`` in all, from all clients at once."""
        seeds = range(CLIENTS)
        await asyncio.gather(*(self._client(db, seed, requests // CLIENTS) for seed in seeds))

    async def _client(self, db: Database, seed: int, requests: int) -> None:
        chance = random.Random(seed)
        for _ in range(requests):
            tenant = chance.choice(self.tenants)
            act = chance.choices(list(MIX), list(MIX.values()))[0]
            await self._request(db, tenant, act)
            self.done[act] += 1

    async def _request(self, db: Database, tenant: Tenant, act: Act) -> None:
        if act == "cancel":
            await self._given_up(db, tenant)
            return
        try:
            await self._transaction(db, tenant, act)
        except (Planned, asyncpg.DivisionByZeroError):
            return
        except DATABASE_AWAY as error:
            # Our own backend was killed, or one that the pool had just lent.
            self.done[type(error).__name__] += 1

    async def _given_up(self, db: Database, tenant: Tenant) -> None:
        """A client that goes away while the database works for it."""
        begun = asyncio.Event()
        task = asyncio.create_task(self._transaction(db, tenant, "cancel", begun))
        task.add_done_callback(lambda _: begun.set())
        await begun.wait()
        await asyncio.sleep(0.002)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _transaction(
        self, db: Database, tenant: Tenant, act: Act, begun: asyncio.Event | None = None
    ) -> None:
        async with db.tenant(tenant.schema) as tx:
            seen = await tx.one(Seen, _SEEN)
            right = Seen(tenant.schema, f"{tenant.schema}, pg_temp", tenant.slug, tenant.id)
            if seen != right:
                self.faults.append(f"{act}: {seen} instead of {right}")
            if act == "write":
                await tx.execute("UPDATE core_page SET body = $1 WHERE slug = 'canary'", tenant.slug)
            elif begun is not None:
                begun.set()
                await tx.value("SELECT pg_sleep(0.05)")
            elif act == "sql":
                await tx.value("SELECT 1 / 0")
            elif act == "kill":
                pid = await tx.value("SELECT pg_backend_pid()")
                await self._kill(pid)
                await tx.value("SELECT 1")
            elif act == "raise":
                raise Planned

    async def _kill(self, pid: int) -> None:
        async with self._one_at_a_time:
            await self.owner.execute("SELECT pg_terminate_backend($1)", pid)

    def __post_init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()


@asynccontextmanager
async def pool_of(settings: Settings, storm: Storm, kind: type[Database]) -> AsyncIterator[Database]:
    """A ``kind`` of database over few connections, watched at every checkout."""

    async def as_it_is(connection: Any) -> None:
        """Like ours: nothing is reset."""

    pool = await asyncpg.create_pool(
        app_url(settings), min_size=POOL, max_size=POOL, init=prepare, setup=storm.at_checkout, reset=as_it_is
    )
    async with pool:
        yield kind(pool, names(settings).control)
