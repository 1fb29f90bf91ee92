"""One tenant for the folder: a stall whose orders can be returned, and staff."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from nakamise.plugin.context import Tenant
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.plugins.invariants import broken
from tests.plugins.returns.counter import Counter
from tests.plugins.shop.stall import Stall, settle

PLUGINS = ("shop", "payments_sandbox", "returns")


@pytest.fixture
async def desk(make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor) -> AsyncIterator[Counter]:
    async for counter in _open(await make_tenant(plugins=PLUGINS), ctx_for, client):
        yield counter


@pytest.fixture
async def full_desk(make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor) -> AsyncIterator[Counter]:
    """Of a tenant whose shops send by rates of their own."""
    async for counter in _open(await make_tenant(plugins=(*PLUGINS, "shipping")), ctx_for, client):
        yield counter


async def _open(tenant: Tenant, ctx_for: CtxFor, client: ClientFor) -> AsyncIterator[Counter]:
    stall = Stall(tenant, ctx_for(tenant), ctx_for)
    await stall.shop("honten", "LC")
    counter = Counter(stall, client)
    yield counter
    await settle(stall)
    assert await broken(stall.ctx) == {}
    assert await counter.broken() == {}
