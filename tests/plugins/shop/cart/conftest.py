"""A stall of its own for each test."""

from __future__ import annotations

import pytest

from nakamise.testing.fixtures import CtxFor, MakeTenant
from tests.plugins.shop.stall import Stall, open_stall


@pytest.fixture
async def stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    return await open_stall(make_tenant, ctx_for)
