"""A stall that takes coupons and runs sales, with staff; its books are right at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

import nakamise_coupons
import nakamise_timesale
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.plugins.invariants import broken, queries_of
from tests.plugins.shop.staff.office import Office, open_office
from tests.plugins.shop.stall import PLUGINS, Stall, settle


@pytest.fixture
async def stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> AsyncIterator[Stall]:
    tenant = await make_tenant(plugins=(*PLUGINS, "coupons", "timesale"))
    opened = Stall(tenant, ctx_for(tenant), ctx_for)
    await opened.shop("honten", "LC")
    yield opened
    await settle(opened)
    assert await broken(opened.ctx) == {}
    for module in (nakamise_coupons, nakamise_timesale):
        for title, query in queries_of(module).items():
            async with opened.ctx.read() as tx:
                assert await tx.connection.fetch(query) == [], title


@pytest.fixture
async def office(stall: Stall, client: ClientFor) -> Office:
    return await open_office(stall, client)
