"""A stage, and one with a shop."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.people import Person
from tests.plugins.livestream.stage import Stage


@pytest.fixture
async def stage(make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor) -> AsyncIterator[Stage]:
    """Without a shop. Whatever a test did, the invariants hold afterwards."""
    tenant = await make_tenant(plugins=("livestream", "webhooks"))
    made = Stage(tenant, ctx_for(tenant), client, ctx_for)
    yield made
    assert await made.broken() == []


@pytest.fixture
async def presenter(stage: Stage) -> Person:
    return await stage.host()


@pytest.fixture
async def admin(stage: Stage) -> Person:
    return await stage.person("管理者", "admin")


@pytest.fixture
async def viewer(stage: Stage) -> Person:
    return await stage.person("視聴者")
