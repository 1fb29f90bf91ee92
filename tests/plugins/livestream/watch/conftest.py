"""A stage with a shop that sells three products."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.plugins.livestream.stage import Stage
from tests.plugins.shop.stall import Stall


@pytest.fixture
async def stage(make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor) -> AsyncIterator[Stage]:
    tenant = await make_tenant(plugins=("livestream", "shop", "timesale", "webhooks"))
    made = Stage(tenant, ctx_for(tenant), client, ctx_for)
    yield made
    assert await made.broken() == []


@pytest.fixture
async def goods(stage: Stage) -> list[str]:
    """Ids of three products: 口紅 ¥1,980, 美容液 ¥5,500, 石鹸 ¥880; ten of each."""
    stall = Stall(stage.tenant, stage.ctx, stage.ctx_for)
    await stall.shop("honten", "LC")
    for name, price in (("口紅", 1980), ("美容液", 5500), ("石鹸", 880)):
        await stall.goods("honten", name, price, 10)
    async with stage.ctx.read() as tx:
        return [str(id_) for id_ in await tx.values("SELECT id FROM shop_product ORDER BY id")]
