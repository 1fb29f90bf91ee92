"""A tenant with broadcasters, and what people do there through the API."""

from __future__ import annotations

import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.people import Person
from tests.plugins.livestream.stage import Stage


@pytest.fixture
async def stage(make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor) -> Stage:
    """Without a shop."""
    tenant = await make_tenant(plugins=("livestream", "social"))
    return Stage(tenant, ctx_for(tenant), client, ctx_for)


@pytest.fixture
async def presenter(stage: Stage) -> Person:
    return await stage.host()


@pytest.fixture
async def viewer(stage: Stage) -> Person:
    return await stage.person("視聴者")
