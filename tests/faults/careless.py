"""The negative control of a protection: the same code against the same tables, with that one protection taken out.

    careless = without(stall, Lapse(cuts={" AND s.on_hand - s.reserved >= w.qty": ""}))

A protection is a piece of a statement (a condition, ``FOR UPDATE``, ``ON CONFLICT``), which a database of ours cuts out
of what is sent, or a constraint or index of the tenant's schema, which is dropped. Nothing of the product is replaced.
A piece that no statement had makes the control fail: it must not outlive what it controls.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, cast

import asyncpg

from nakamise.db import Database
from nakamise.db.shares import Turn
from nakamise.db.tx import Tx
from nakamise.tenancy.owner import names
from tests.faults import ground
from tests.plugins.shop.stall import Stall

# Nobody waits longer for the others: in what is protected they may not come at all.
TOGETHER_S: Final = 2.0
_SENDING: Final = ("fetch", "fetchrow", "fetchval", "execute", "executemany")


@dataclass(frozen=True)
class Drop:
    """A constraint of ``table`` that says ``what``, or without a table the index of that name. ``clean`` makes room for
    it again: what broke it is taken away."""

    table: str
    what: str
    clean: str = ""


@dataclass(frozen=True)
class Lapse:
    """``cuts``: pieces of statements and what stands there instead; ``drops``: of the schema. ``meet``: so many actors wait for each other before they send a statement with one of these
    pieces: everybody has looked, and nobody has written."""

    cuts: Mapping[str, str] = field(default_factory=dict)
    drops: tuple[Drop, ...] = ()
    meet: tuple[str, ...] = ()
    party: int = 2


class Careless:
    """What a lapse did: how often each piece was cut."""

    def __init__(self, lapse: Lapse) -> None:
        self.lapse = lapse
        self.cut: Counter[str] = Counter()
        self._missing = lapse.party
        self.somebody_waits = asyncio.Event()
        self._all_here = asyncio.Event()

    def text(self, query: str) -> str:
        """As it is sent."""
        for piece, instead in self.lapse.cuts.items():
            if piece in query:
                self.cut[piece] += 1
                query = query.replace(piece, instead)
        return query

    async def before(self, query: str) -> None:
        if any(piece in query for piece in self.lapse.meet):
            await self.come()

    async def come(self) -> None:
        """Wait until the whole party is here; later ones pass by."""
        self._missing -= 1
        self.somebody_waits.set()
        if self._missing <= 0:
            self._all_here.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_here.wait(), TOGETHER_S)

    def check(self) -> None:
        """Raises AssertionError for a piece that nobody sent."""
        assert set(self.cut) == set(self.lapse.cuts), f"never sent: {set(self.lapse.cuts) - set(self.cut)}"


class _Connection:
    """Sends other statements than it was told."""

    def __init__(self, real: asyncpg.Connection, careless: Careless) -> None:
        self._real, self._careless = real, careless

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name not in _SENDING:
            return found

        async def send(query: str, *args: object) -> Any:
            await self._careless.before(query)
            return await found(self._careless.text(query), *args)

        return send


class CarelessDatabase(Database):
    careless: Careless

    @asynccontextmanager
    async def _transaction(
        self, role: str, schema: str, mode: str, turn: Turn | None = None
    ) -> AsyncIterator[Tx]:
        async with super()._transaction(role, schema, mode, turn) as tx:
            tx.connection = cast("asyncpg.Connection", _Connection(tx.connection, self.careless))
            yield tx


def without(stall: Stall, lapse: Lapse) -> tuple[Stall, Careless]:
    """The same tenant, seen through a database that leaves pieces out."""
    runtime = stall.ctx.runtime
    db = CarelessDatabase(runtime.db.pool, names(runtime.settings).control)
    db.careless = Careless(lapse)
    other = ground.on(dataclasses.replace(runtime, db=db), stall.tenant)
    other.shops.update(stall.shops)
    return other, db.careless


_CONSTRAINT: Final = (
    "SELECT conname, pg_get_constraintdef(oid) AS what FROM pg_constraint WHERE conrelid = $1::regclass"
    " AND strpos(pg_get_constraintdef(oid), $2) > 0"
)


@asynccontextmanager
async def dropped(owner: asyncpg.Connection, stall: Stall, lapse: Lapse) -> AsyncIterator[None]:
    """Until the block ends, without these. Raises AssertionError when there is no such protection."""
    await owner.execute(f'SET search_path = "{stall.tenant.schema}"')
    back = [await _drop(owner, one) for one in lapse.drops]
    try:
        yield
    finally:
        for one, statement in zip(lapse.drops, back, strict=True):
            await owner.execute(f"{one.clean or 'SELECT'}; {statement}")
        await owner.execute("RESET search_path")


async def _drop(owner: asyncpg.Connection, one: Drop) -> str:
    """The statement that makes it anew; a CHECK only for what is written from then on."""
    if not one.table:
        made = await owner.fetchval("SELECT pg_get_indexdef($1::regclass)", one.what)
        await owner.execute(f"DROP INDEX {one.what}")
        return str(made)
    [row] = await owner.fetch(_CONSTRAINT, one.table, one.what)
    await owner.execute(f"ALTER TABLE {one.table} DROP CONSTRAINT {row['conname']}")
    late = " NOT VALID" if row["what"].startswith("CHECK") else ""
    return f"ALTER TABLE {one.table} ADD CONSTRAINT {row['conname']} {row['what']}{late}"
