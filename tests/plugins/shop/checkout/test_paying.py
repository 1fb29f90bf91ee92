"""From a cart to money, by the API, with each of the test cards."""

from __future__ import annotations

import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.plugins.shop.stall import Stall, Till, open_stall


@pytest.fixture
async def stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    return await open_stall(make_tenant, ctx_for)


@pytest.mark.req("LC-4.2.1", "LC-4.2.9", "LC-0.17")
async def test_a_good_card_pays(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 5)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(rouge, 2)])
    till = Till(client(stall.tenant), buyer)
    placed = await till.place()
    assert placed.status_code == 201, placed.text
    assert placed.json()["due"] == 2 * 2480 + 550
    assert await stall.stock_of(rouge) == (5, 2)
    paid = await till.pay(placed.json()["purchase_id"], "tok_success")
    assert paid.status_code == 200, paid.text
    assert paid.json()["state"] == "succeeded"
    found = await till.purchase(placed.json()["purchase_id"])
    assert found["purchase"]["state"] == "paid"  # type: ignore[index]
    assert await stall.value("SELECT count(*) FROM payments_transfer") == 1
