"""One tenant for the folder: a stall whose orders can be returned, and staff."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.plugins.invariants import broken
from tests.plugins.returns.counter import Counter
from tests.plugins.shop.stall import Stall, settle


@pytest.fixture
async def desk(make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor) -> AsyncIterator[Counter]:
    tenant = await make_tenant(plugins=("shop", "payments_sandbox", "returns"))
    stall = Stall(tenant, ctx_for(tenant), ctx_for)
    await stall.shop("honten", "LC")
    counter = Counter(stall, client)
    yield counter
    await settle(stall)
    assert await broken(stall.ctx) == {}
    assert await counter.broken() == {}
