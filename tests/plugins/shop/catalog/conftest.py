"""One market for all tests that only look."""

from __future__ import annotations

import pytest

from nakamise.testing.fixtures import CtxFor, MakeTenant
from tests.plugins.shop.catalog.market import Market, open_market


@pytest.fixture(scope="session")
async def market(make_tenant: MakeTenant, ctx_for: CtxFor) -> Market:
    tenant = await make_tenant(plugins=("shop",))
    return await open_market(ctx_for(tenant))
