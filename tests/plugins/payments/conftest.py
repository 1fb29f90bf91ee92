"""A tenant that takes money, and one with a stall: made once, and empty before each test."""

from __future__ import annotations

import asyncpg
import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.plugins.payments.desk import Desk, emptied
from tests.plugins.payments.scene import Scene
from tests.plugins.shop.stall import PLUGINS, Stall


@pytest.fixture(scope="session")
async def _desk(make_tenant: MakeTenant, ctx_for: CtxFor) -> Desk:
    return Desk(ctx_for(await make_tenant(plugins=("payments_sandbox",))))


@pytest.fixture
async def desk(_desk: Desk, owner: asyncpg.Connection) -> Desk:
    await emptied(owner, _desk.ctx)
    return _desk


@pytest.fixture(scope="session")
async def _stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    """With documents, which follow what happens to orders."""
    tenant = await make_tenant(plugins=(*PLUGINS, "tax_invoice"))
    stall = Stall(tenant, ctx_for(tenant), ctx_for)
    await stall.shop("honten", "LC")
    await stall.shop("bekkan", "BK", shipping_fee=0)
    return stall


@pytest.fixture
async def scene(_stall: Stall, owner: asyncpg.Connection, client: ClientFor) -> Scene:
    await emptied(
        owner,
        _stall.ctx,
        "shop_purchase",
        "shop_idempotency",
        "shop_cart",
        "tax_invoice_document",
        "tax_invoice_counter",
        "core_mail",
    )
    async with _stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET reserved = 0")
    goods = await _stall.goods("honten", "ブラシ", 3000, 10)
    return Scene(_stall, await _stall.buyer(), goods, client(_stall.tenant))
