"""Buying again: what is still on sale lies in the cart, the rest is named."""

from __future__ import annotations

import pytest

from nakamise.testing.fixtures import ClientFor
from tests.plugins.shop.stall import Stall, Till


@pytest.mark.req("CL-03")
async def test_what_is_on_sale_goes_to_the_cart_and_the_rest_is_named(
    stall: Stall, client: ClientFor
) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 9)
    tea = await stall.goods("honten", "ほうじ茶", 1080, 5, tax_class="reduced")
    gone = await stall.goods("honten", "廃番", 500, 5)
    buyer = await stall.buyer("花子")
    await stall.fill_cart(buyer, [(rouge, 2), (tea, 3), (gone, 1)])
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    number = placed["orders"][0]["number"]
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_variant SET state = 'archived' WHERE id = $1", gone)
        await tx.execute("UPDATE shop_stock SET on_hand = reserved + 1 WHERE variant_id = $1", tea)
    browser = client(stall.tenant)
    path = f"/api/shop/orders/{number}/again"
    done = (await browser.post(path, headers=buyer.headers)).json()
    assert done["added"] == 1
    assert {one["name"].split()[0] for one in done["missing"]} == {"ほうじ茶", "廃番"}
    assert all(one["reason"] for one in done["missing"])
    cart = (await browser.get("/api/shop/cart", headers=buyer.headers)).json()
    assert [(line["name"], line["quantity"]) for group in cart["groups"] for line in group["lines"]] == [
        ("口紅", 2)
    ]
    stranger = await stall.buyer()
    assert (await browser.post(path, headers=stranger.headers)).status_code == 404
    browser.cookies.set("sid", await stall.browser_session(buyer))
    page = await browser.get(f"/shop/orders/{number}")
    assert "もう一度買う" in page.text
    assert "もう一度買う" in (await browser.get("/shop/orders")).text
    answer = await browser.post(f"/shop/orders/{number}/again")
    assert (answer.status_code, answer.headers["location"]) == (303, "/shop/cart")
