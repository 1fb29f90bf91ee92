"""A depot for each test, whose books are right at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

import nakamise_shipping
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.plugins.invariants import broken, queries_of
from tests.plugins.shipping.depot import Depot, open_depot
from tests.plugins.shop.stall import settle


@pytest.fixture
async def depot(make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor) -> AsyncIterator[Depot]:
    opened = await open_depot(make_tenant, ctx_for, client)
    yield opened
    await settle(opened.stall)
    assert await broken(opened.stall.ctx) == {}
    queries = queries_of(nakamise_shipping)
    assert len(queries) == 3
    async with opened.stall.ctx.read() as tx:
        for title, query in queries.items():
            assert await tx.connection.fetch(query) == [], title
