"""Carts by the API: a guest's by token, a buyer's by login."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from nakamise.testing.fixtures import ClientFor
from tests.plugins.shop.stall import Stall

LINES = "/api/shop/cart/lines"
TOKEN = "X-Cart-Token"


async def put_in(
    browser: httpx.AsyncClient, variant: uuid.UUID, quantity: int, headers: dict[str, str] | None = None
) -> httpx.Response:
    body = {"variant_id": str(variant), "quantity": quantity}
    return await browser.post(LINES, json=body, headers=headers or {})


async def guest_with(browser: httpx.AsyncClient, variant: uuid.UUID, quantity: int) -> dict[str, str]:
    """The headers that name the new guest's cart."""
    answer = await put_in(browser, variant, quantity)
    assert answer.status_code == 201, answer.text
    return {TOKEN: answer.headers[TOKEN]}


def quantities(cart: dict[str, Any]) -> dict[str, int]:
    return {line["name"]: line["quantity"] for group in cart["groups"] for line in group["lines"]}


@pytest.mark.req("LC-4.1.3", "LC-4.1.6")
async def test_the_sums_of_two_shops(stall: Stall, client: ClientFor) -> None:
    await stall.shop("hanare", "HN", shipping_fee=660, free_over=2000)
    rouge = await stall.goods("honten", "口紅", 2480, 9)
    tea = await stall.goods("hanare", "お茶", 1980, 9, tax_class="reduced")
    browser = client(stall.tenant)
    guest = await guest_with(browser, rouge, 1)
    cart = (await put_in(browser, tea, 2, guest)).json()
    assert quantities(cart) == {"口紅": 1, "お茶": 2}
    assert cart["quantity"] == 3
    assert cart["quote"]["goods"] == 2480 + 2 * 1980 == 6440
    shipping = {group["shop_slug"]: group["shipping_fee"] for group in cart["groups"]}
    assert shipping == {"honten": 550, "hanare": 660}
    assert cart["quote"]["shipping"] == 550
    assert cart["quote"]["total"] == 6990
    rates = [(line["rate_bp"], line["tax"]) for shop in cart["quote"]["shops"] for line in shop["tax_lines"]]
    assert sorted(rates) == [(800, 293), (1000, 275)]


@pytest.mark.req("LC-4.1.2", "LC-3.2.2")
async def test_more_than_there_is_is_refused_with_the_number(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 3)
    browser = client(stall.tenant)
    refused = await put_in(browser, rouge, 4)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_enough")
    assert refused.json()["detail"] == "在庫は残り3点です。"
    guest = await guest_with(browser, rouge, 2)
    again = await put_in(browser, rouge, 2, guest)
    assert again.json()["detail"] == "在庫は残り3点です。カートにすでに2点入っています。"
    changed = await browser.put(f"{LINES}/{rouge}", json={"quantity": 4}, headers=guest)
    assert (changed.status_code, changed.json()["detail"]) == (409, "在庫は残り3点です。")
    assert quantities((await browser.get("/api/shop/cart", headers=guest)).json()) == {"口紅": 2}


@pytest.mark.req("LC-3.2.5")
async def test_what_is_sold_out_cannot_be_added(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 0)
    refused = await put_in(client(stall.tenant), rouge, 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "sold_out")


@pytest.mark.req("LC-3.2.2")
async def test_the_limit_of_one_order(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 50)
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_product SET per_order_limit = 2")
    browser = client(stall.tenant)
    refused = await put_in(browser, rouge, 3, {"Accept-Language": "en"})
    assert refused.json()["detail"] == "At most 2 per order."
    assert (await put_in(browser, rouge, 2)).status_code == 201


@pytest.mark.parametrize("quantity", [0, -1, 1000, "x", 1.5])
async def test_quantities_that_make_no_sense(stall: Stall, client: ClientFor, quantity: object) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 5)
    body = {"variant_id": str(rouge), "quantity": quantity}
    answer = await client(stall.tenant).post(LINES, json=body)
    assert answer.status_code == 422


async def test_what_is_not_there_cannot_be_changed(stall: Stall, client: ClientFor) -> None:
    browser = client(stall.tenant)
    nothing = uuid.uuid4()
    assert (await put_in(browser, nothing, 1)).status_code == 404
    assert (await browser.put(f"{LINES}/{nothing}", json={"quantity": 1})).status_code == 404
    assert (await browser.delete(f"{LINES}/{nothing}")).status_code == 404
    assert await stall.value("SELECT count(*) FROM shop_cart") == 0


async def test_what_happens_to_goods_meanwhile_is_said(stall: Stall, client: ClientFor) -> None:
    """Sold out, fewer left, no longer for sale, dearer: each line says its own, and only the rest is priced."""
    kinds = {name: await stall.goods("honten", name, 1000, 5) for name in ("無", "少", "終", "高", "並")}
    browser = client(stall.tenant)
    guest = await guest_with(browser, kinds["無"], 2)
    for name in ("少", "終", "高", "並"):
        await put_in(browser, kinds[name], 2, guest)
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET on_hand = 0 WHERE variant_id = $1", kinds["無"])
        await tx.execute("UPDATE shop_stock SET reserved = 4 WHERE variant_id = $1", kinds["少"])
        await tx.execute("UPDATE shop_variant SET state = 'archived' WHERE id = $1", kinds["終"])
        await tx.execute("UPDATE shop_variant SET price = 1200 WHERE id = $1", kinds["高"])
    html = (await browser.get("/shop/cart", headers={"Cookie": f"cart={guest[TOKEN]}"})).text
    assert "在庫切れです。削除するか、再入荷をお待ちください。" in html
    assert "在庫は残り1点です。数量を変更してください。" in html
    assert "この商品は販売を終了しました。削除してください。" in html
    assert "価格が変わりました：¥1,000 → ¥1,200" in html
    assert "このままでは購入できない商品があります" in html
    assert "/shop/checkout/address" not in html
    cart = (await browser.get("/api/shop/cart", headers=guest)).json()
    assert cart["quote"]["goods"] == 2 * 1200 + 2 * 1000


@pytest.mark.req("LC-4.1.7")
async def test_a_buyers_cart_is_the_same_in_every_browser(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 9)
    buyer = await stall.buyer()
    await put_in(client(stall.tenant), rouge, 2, buyer.headers)
    elsewhere = (await client(stall.tenant).get("/api/shop/cart", headers=buyer.headers)).json()
    assert quantities(elsewhere) == {"口紅": 2}


async def test_two_tabs_at_once_make_one_cart(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 99)
    buyer = await stall.buyer()
    answers = await asyncio.gather(*(put_in(client(stall.tenant), rouge, 1, buyer.headers) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert await stall.value("SELECT count(*) FROM shop_cart") == 1
    assert await stall.value("SELECT quantity FROM shop_cart_line") == 8


async def test_nobody_reads_the_cart_of_another(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 9)
    browser = client(stall.tenant)
    await guest_with(browser, rouge, 1)
    assert (await browser.get("/api/shop/cart")).json()["groups"] == []
    assert (await browser.get("/api/shop/cart", headers={TOKEN: "guess"})).json()["groups"] == []
    stored = await stall.value("SELECT token_hash FROM shop_cart")
    assert isinstance(stored, bytes)
    assert len(stored) == 32
