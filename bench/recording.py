"""What one real order says to PostgreSQL: every statement with its parameters, in order."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import msgspec
from asyncpg.connection import LoggedQuery

from bench.buyers import Basket
from bench.world import World
from nakamise.db import Database
from nakamise.db.database import prepare
from nakamise.plugin.context import Tenant, TenantCtx
from nakamise.tenancy.roles import app_url, control_role
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import PlaceOrder


class Statement(msgspec.Struct, frozen=True):
    """``types`` are PostgreSQL's, one per parameter; ``rows`` holds the parameters of each execution."""

    text: str
    types: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


async def record(world: World, tenant: Tenant, basket: Basket, wanted: PlaceOrder) -> list[Statement]:
    """Places the order. Only what belongs to its transaction, without BEGIN and COMMIT."""
    log: list[LoggedQuery] = []
    async with _listening(world, log) as db:
        ctx = world.ctx(tenant, basket.actor)
        heard = TenantCtx(
            dataclasses.replace(world.runtime, db=db), tenant, ctx.actor, ctx.lineup, locale=ctx.locale
        )
        await place(heard, basket.key, wanted)
        # Loggers are called on the loop's next turn.
        await asyncio.sleep(0)
        said = _between(log)
        async with db.tenant(tenant.schema) as tx:
            return [await _statement(tx.connection, entry) for entry in said]


def _between(log: list[LoggedQuery]) -> list[LoggedQuery]:
    """BEGIN and the context come in one message, COMMIT alone."""
    begins = [number for number, entry in enumerate(log) if entry.query.startswith("BEGIN")]
    ends = [number for number, entry in enumerate(log) if entry.query == "COMMIT"]
    assert len(begins) == len(ends) == 1, "an order is one transaction"
    return log[begins[0] + 1 : ends[0]]


@asynccontextmanager
async def _listening(world: World, log: list[LoggedQuery]) -> AsyncIterator[Database]:
    async def init(connection: asyncpg.Connection) -> None:
        await prepare(connection)
        connection.add_query_logger(log.append)

    async with asyncpg.create_pool(app_url(world.settings), min_size=1, max_size=1, init=init) as pool:
        yield Database(pool, control_role(world.settings))


async def _statement(connection: asyncpg.Connection, entry: LoggedQuery) -> Statement:
    prepared = await connection.prepare(entry.query)
    types = tuple(parameter.name for parameter in prepared.get_parameters())
    many = bool(entry.args) and all(isinstance(row, tuple) for row in entry.args)
    rows = tuple(entry.args) if many else (tuple(entry.args),)
    return Statement(entry.query, types, rows)
