"""A stall of its own for each test, whose books are right at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from nakamise.testing.fixtures import CtxFor, MakeTenant
from tests.plugins.invariants import broken
from tests.plugins.shop.stall import Stall, open_stall, settle


@pytest.fixture
async def stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> AsyncIterator[Stall]:
    opened = await open_stall(make_tenant, ctx_for)
    yield opened
    await settle(opened)
    assert await broken(opened.ctx) == {}
