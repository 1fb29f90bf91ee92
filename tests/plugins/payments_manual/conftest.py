"""A stall that takes bank transfers: made once, and empty before each test."""

from __future__ import annotations

import asyncpg
import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.plugins.payments.desk import emptied
from tests.plugins.payments_manual.bench import TABLES, Bench
from tests.plugins.shop.stall import PLUGINS, Stall


@pytest.fixture(scope="session")
async def _stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    tenant = await make_tenant(plugins=(*PLUGINS, "payments_manual"))
    stall = Stall(tenant, ctx_for(tenant), ctx_for)
    await stall.shop("honten", "LC")
    return stall


@pytest.fixture
async def bench(_stall: Stall, owner: asyncpg.Connection, client: ClientFor) -> Bench:
    more = ("shop_purchase", "shop_idempotency", "shop_cart", "core_mail")
    await emptied(owner, _stall.ctx, *TABLES, *more)
    async with _stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET reserved = 0")
        await tx.execute("DELETE FROM core_user WHERE email = 'boss@example.com'")
    goods = await _stall.goods("honten", "ブラシ", 3000, 10)
    made = Bench(_stall, await _stall.buyer(), goods, client(_stall.tenant))
    await made.ready()
    return made
