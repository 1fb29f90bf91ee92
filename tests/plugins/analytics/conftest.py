"""One tenant for the folder; each test has months of its own."""

from __future__ import annotations

import pytest

from nakamise.testing.fixtures import CtxFor, MakeTenant
from tests.plugins.shop.stall import Stall


@pytest.fixture(scope="session")
async def stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    tenant = await make_tenant(plugins=("shop", "payments_sandbox", "livestream", "analytics"))
    opened = Stall(tenant, ctx_for(tenant), ctx_for)
    await opened.shop("honten", "LC")
    await opened.shop("bekkan", "BK", shipping_fee=0)
    return opened
