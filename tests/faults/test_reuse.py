"""A3: connections go from tenant to tenant, whatever happened on them, and never carry anything along."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import asyncpg
import pytest

from nakamise.db import Database
from nakamise.db.shares import Turn
from nakamise.db.tx import Tx
from nakamise.plugin import Tenant
from nakamise.settings import Settings
from nakamise.testing.fixtures import NewTenant
from tests.faults.reuse import TENANTS, Storm, pool_of

REQUESTS = 20_480
# Enough for a fault that the storm must find.
CONTROL = 1_280


class SetForTheSession(Database):
    """A mistake often made: settings for the session, put back when all went well."""

    @asynccontextmanager
    async def _transaction(
        self, role: str, schema: str, mode: str, turn: Turn | None = None
    ) -> AsyncIterator[Tx]:
        async with self.pool.acquire() as pooled:
            connection = cast("asyncpg.Connection", pooled)
            await connection.execute(f'SET ROLE "{role}"; SET search_path = {schema}, pg_temp')
            async with connection.transaction():
                yield Tx(connection, schema)
            await connection.execute("RESET ROLE; RESET search_path")


class SetOncePerConnection(Database):
    """Another: "this connection has its tenant already"."""

    @asynccontextmanager
    async def _transaction(
        self, role: str, schema: str, mode: str, turn: Turn | None = None
    ) -> AsyncIterator[Tx]:
        async with self.pool.acquire() as pooled:
            connection = cast("asyncpg.Connection", pooled)
            if await connection.fetchval("SELECT session_user = current_user"):
                await connection.execute(f'SET ROLE "{role}"; SET search_path = {schema}, pg_temp')
            async with connection.transaction():
                yield Tx(connection, schema)


@pytest.fixture(scope="module")
async def tenants(new_tenant: NewTenant, db: Database) -> list[Tenant]:
    made = [await new_tenant() for _ in range(TENANTS)]
    for tenant in made:
        async with db.tenant(tenant.schema) as tx:
            await tx.execute(
                "INSERT INTO core_page (slug, locale, title, body) VALUES ('canary', 'ja', $1, $1)",
                tenant.slug,
            )
    return made


@pytest.mark.req("LC-0.14")
async def test_nothing_leaks_through_reuse(
    tenants: list[Tenant],
    settings: Settings,
    owner: asyncpg.Connection,
) -> None:
    storm = Storm(tenants, owner)
    async with pool_of(settings, storm, Database) as db:
        await storm.blow(db, REQUESTS)
    assert storm.faults == []
    assert storm.checkouts >= REQUESTS
    assert min(storm.done["raise"], storm.done["sql"], storm.done["cancel"]) >= 200
    assert storm.done["kill"] >= 20


@pytest.mark.parametrize(
    ("kind", "fault"),
    [(SetForTheSession, "checkout"), (SetOncePerConnection, "read")],
    ids=["session", "once"],
)
async def test_the_storm_finds_a_leak(
    kind: type[Database], fault: str, tenants: list[Tenant], settings: Settings, owner: asyncpg.Connection
) -> None:
    """The negative controls."""
    storm = Storm(tenants, owner)
    async with pool_of(settings, storm, kind) as db:
        await storm.blow(db, CONTROL)
    assert [one for one in storm.faults if one.startswith(fault)]
