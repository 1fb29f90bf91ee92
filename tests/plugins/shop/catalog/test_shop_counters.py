"""A shop's numbers after each act that changes them equal a fresh count."""

from __future__ import annotations

import pytest

from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain, MakeTenant
from tests.plugins.shop.stall import Stall, Till, open_stall

ORDERS = (
    "SELECT count(DISTINCT o.id) FROM shop_order o JOIN shop_shop s ON s.id = o.shop_id"
    " WHERE s.slug = 'honten' AND o.paid_at IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM shop_order_event e WHERE e.order_id = o.id AND e.kind = 'cancelled')"
)
PRODUCTS = (
    "SELECT count(*) FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id"
    " WHERE s.slug = 'honten' AND p.state = 'published'"
)


@pytest.fixture
async def stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    return await open_stall(make_tenant, ctx_for)


async def shown(stall: Stall, client: ClientFor) -> tuple[int | None, int]:
    """(orders, products), after a look that they equal a fresh count."""
    shop = (await client(stall.tenant).get("/api/shop/shops/honten")).json()
    assert shop["product_count"] == await stall.value(PRODUCTS)
    if shop["order_count"] is not None:
        assert shop["order_count"] == await stall.value(ORDERS)
    return shop["order_count"], shop["product_count"]


@pytest.mark.req("LC-3.3.1", "DF-04")
async def test_counters_follow_sales_and_the_catalogue(stall: Stall, client: ClientFor) -> None:
    assert await shown(stall, client) == (0, 0)
    rouge = await stall.goods("honten", "口紅", 2480, 9)
    assert await shown(stall, client) == (0, 1)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(rouge, 1)])
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    assert await shown(stall, client) == (0, 1)
    paid = await till.pay(placed["purchase_id"], "tok_success")
    assert paid.json()["state"] == "succeeded"
    assert await shown(stall, client) == (1, 1)
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_product SET state = 'archived'")
    assert await shown(stall, client) == (1, 0)


@pytest.mark.req("LC-3.3.1", "DF-04")
async def test_a_cancelled_order_stays_uncounted_when_its_refund_has_arrived(
    stall: Stall, client: ClientFor, drain: Drain
) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 9)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(rouge, 1)])
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    number = placed["orders"][0]["number"]
    headers = {**buyer.headers, "Idempotency-Key": "cancel-once"}
    answer = await client(stall.tenant).post(f"/api/shop/orders/{number}/cancel", headers=headers)
    assert answer.status_code == 200, answer.text
    assert await shown(stall, client) == (0, 1)
    await drain(stall.tenant)
    assert await stall.value("SELECT state FROM shop_order") == "refunded"
    assert await shown(stall, client) == (0, 1)


@pytest.mark.req("LC-3.3.1")
async def test_a_tenant_may_hide_the_number_of_orders(
    stall: Stall, client: ClientFor, runtime: Runtime
) -> None:
    assert "注文数" in (await client(stall.tenant).get("/shop/shops/honten")).text
    await switches.configure(runtime, stall.tenant.id, "shop", {"show_order_count": False}, actor="test")
    await runtime.directory.refresh()
    assert (await shown(stall, client))[0] is None
    assert "注文数" not in (await client(stall.tenant).get("/shop/shops/honten")).text
