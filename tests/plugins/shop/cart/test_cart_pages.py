"""The cart as a browser uses it, with and without scripts."""

from __future__ import annotations

import base64
import re
import uuid

import httpx
import msgspec
import pytest

from nakamise.testing.fixtures import ClientFor
from nakamise.ui.views import Flash
from tests.plugins.shop.stall import Buyer, Stall

PARTIAL = {"HX-Request-Type": "partial"}


async def slug_of(stall: Stall, variant: uuid.UUID) -> str:
    query = "SELECT p.slug FROM shop_product p JOIN shop_variant v ON v.product_id = p.id WHERE v.id = $1"
    return str(await stall.value(query, variant))


async def add(
    browser: httpx.AsyncClient, slug: str, quantity: int = 1, then: str = "stay", *, in_place: bool = False
) -> httpx.Response:
    form = {"product": slug, "quantity": str(quantity), "then": then}
    return await browser.post("/shop/cart/add", data=form, headers=PARTIAL if in_place else {})


def said(answer: httpx.Response) -> Flash:
    """The sentence for the next page."""
    packed = answer.cookies["flash"]
    return msgspec.json.decode(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), type=Flash)


async def sign_in(stall: Stall, browser: httpx.AsyncClient, buyer: Buyer) -> None:
    browser.cookies.set("sid", await stall.browser_session(buyer))


@pytest.mark.req("LC-3.2.3", "DF-21", "LC-4.1.1")
async def test_adding_in_place_shows_the_way_to_the_cart(stall: Stall, client: ClientFor) -> None:
    rouge = await slug_of(stall, await stall.goods("honten", "口紅", 2480, 9))
    browser = client(stall.tenant)
    assert "カートを見る" not in (await browser.get(f"/shop/products/{rouge}")).text
    answer = await add(browser, rouge, 2, in_place=True)
    assert answer.status_code == 200
    assert "カートを見る" in answer.text
    assert 'hx-swap-oob="true"' in answer.text
    assert '<span class="n-count">2' in answer.text
    assert answer.cookies["cart"]
    assert '<span class="n-count">2' in (await browser.get("/")).text


async def test_without_scripts_the_product_page_comes_back(stall: Stall, client: ClientFor) -> None:
    rouge = await slug_of(stall, await stall.goods("honten", "口紅", 2480, 9))
    answer = await add(client(stall.tenant), rouge, 2)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/shop/products/{rouge}")
    assert said(answer).text == "カートに入れました：口紅 標準 × 2点"
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("cart="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=5184000" in cookie


@pytest.mark.req("LC-3.2.4")
async def test_buy_now_adds_and_goes_to_checkout(stall: Stall, client: ClientFor) -> None:
    rouge = await slug_of(stall, await stall.goods("honten", "口紅", 2480, 9))
    browser = client(stall.tenant)
    plain = await add(browser, rouge, then="checkout")
    assert (plain.status_code, plain.headers["location"]) == (303, "/shop/checkout/now")
    in_place = await add(browser, rouge, then="checkout", in_place=True)
    assert in_place.headers["HX-Redirect"] == "/shop/checkout/now"


async def test_a_refusal_is_said_in_place_and_on_the_page(stall: Stall, client: ClientFor) -> None:
    rouge = await slug_of(stall, await stall.goods("honten", "口紅", 2480, 1))
    browser = client(stall.tenant)
    in_place = await add(browser, rouge, 5, in_place=True)
    assert in_place.status_code == 409
    assert "在庫は残り1点です。" in in_place.text
    plain = await add(browser, rouge, 5)
    assert said(plain) == Flash("danger", "在庫は残り1点です。")
    assert await stall.value("SELECT count(*) FROM shop_cart_line") == 0


@pytest.mark.req("LC-3.2.4", "LC-4.1.7")
async def test_the_guests_cart_joins_at_the_first_act_after_login(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 9)
    tea = await stall.goods("honten", "お茶", 1980, 9)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(rouge, 1), (tea, 3)])
    browser = client(stall.tenant)
    await add(browser, await slug_of(stall, rouge), 2)
    await sign_in(stall, browser, buyer)
    assert '<span class="n-count">5' in (await browser.get("/")).text
    answer = await browser.get("/shop/cart")
    assert '<span class="n-count">5' in answer.text
    assert "cart" not in browser.cookies
    assert await stall.value("SELECT count(*) FROM shop_cart") == 1
    kept = "SELECT quantity FROM shop_cart_line WHERE variant_id = $1"
    assert (await stall.value(kept, rouge), await stall.value(kept, tea)) == (2, 3)


@pytest.mark.req("LC-4.1.2", "LC-4.1.3", "CL-11")
async def test_changing_the_quantity(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 3)
    browser = client(stall.tenant)
    await add(browser, await slug_of(stall, rouge))
    changed = await browser.post("/shop/cart/update", data={"variant": str(rouge), "quantity": "3"})
    assert (changed.status_code, changed.headers["location"]) == (303, "/shop/cart")
    html = (await browser.get("/shop/cart")).text
    assert re.search(r"小計</dt><dd>¥7,440</dd>", html)
    assert re.search(r"商品数</dt><dd>3</dd>", html)
    assert re.search(r"合計（?\(?税込\)?）?</dt><dd>¥7,990</dd>", html)
    assert re.search(r"内消費税</dt><dd>¥726</dd>", html)
    assert re.search(r'href="/shop/checkout/address"[^>]*>レジに進む', html)
    assert re.search(r'href="/shop/products".*?買い物を続ける', html)
    refused = await browser.post("/shop/cart/update", data={"variant": str(rouge), "quantity": "4"})
    assert said(refused).text == "在庫は残り3点です。"


@pytest.mark.req("LC-4.1.2", "LC-4.1.5")
async def test_what_was_removed_can_be_put_back(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 9)
    browser = client(stall.tenant)
    await add(browser, await slug_of(stall, rouge), 2)
    removed = await browser.post("/shop/cart/remove", data={"variant": str(rouge)})
    html = (await browser.get(removed.headers["location"])).text
    assert "カートに商品がありません" in html.replace("<wbr>", "")
    assert "元に戻す" in html
    back = {"variant": str(rouge), "quantity": "2", "then": "cart"}
    undone = await browser.post("/shop/cart/add", data=back)
    assert undone.headers["location"] == "/shop/cart"
    assert "元に戻す" not in (await browser.get(removed.headers["location"])).text
    assert await stall.value("SELECT quantity FROM shop_cart_line") == 2


@pytest.mark.req("LC-4.1.2")
async def test_changes_in_place_bring_the_cart_and_the_badge(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 3)
    browser = client(stall.tenant)
    await add(browser, await slug_of(stall, rouge))
    line = {"variant": str(rouge)}
    changed = await browser.post("/shop/cart/update", data={**line, "quantity": "2"}, headers=PARTIAL)
    assert changed.status_code == 200
    assert "<html" not in changed.text
    assert '<div id="cart">' in changed.text
    assert '<span class="n-count">2' in changed.text
    refused = await browser.post("/shop/cart/update", data={**line, "quantity": "9"}, headers=PARTIAL)
    assert refused.status_code == 409
    assert "在庫は残り3点です。" in refused.text
    assert "flash" not in refused.cookies
    removed = await browser.post("/shop/cart/remove", data=line, headers=PARTIAL)
    assert "元に戻す" in removed.text
    assert "n-count" not in removed.text


@pytest.mark.req("LC-4.1.5")
async def test_emptying_asks_first(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 9)
    browser = client(stall.tenant)
    await add(browser, await slug_of(stall, rouge))
    html = (await browser.get("/shop/cart")).text
    assert 'data-confirm="カートの商品をすべて削除しますか？"' in html
    assert "買い物を続ける" in html
    assert (await browser.post("/shop/cart/clear")).status_code == 303
    assert await stall.value("SELECT count(*) FROM shop_cart_line") == 0


@pytest.mark.req("LC-4.1.4")
async def test_shipping_is_estimated_with_the_way_to_free(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2000, 9)
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_shop SET free_over = 5000")
    browser = client(stall.tenant)
    await add(browser, await slug_of(stall, rouge), 2)
    html = (await browser.get("/shop/cart")).text
    assert "送料（概算）" in html
    assert "あと¥1,000で送料無料" in html
    await add(browser, await slug_of(stall, rouge), 1)
    html = (await browser.get("/shop/cart")).text
    assert "送料無料" not in html
    assert re.search(r"送料（概算）</dt><dd>無料</dd>", html)


@pytest.mark.parametrize("path", ["/shop/cart/update", "/shop/cart/remove", "/shop/cart/clear"])
async def test_acts_without_a_cart_find_nothing(stall: Stall, client: ClientFor, path: str) -> None:
    form = {"variant": str(uuid.uuid4()), "quantity": "1"}
    assert (await client(stall.tenant).post(path, data=form)).status_code == 404


@pytest.mark.parametrize(
    "query", ["removed=x", "removed=&n=1", "removed=01234567-89ab-7def-8123-456789abcdef&n=-5"]
)
async def test_an_undo_that_makes_no_sense_is_not_offered(
    stall: Stall, client: ClientFor, query: str
) -> None:
    answer = await client(stall.tenant).get(f"/shop/cart?{query}")
    assert answer.status_code == 200
    assert "元に戻す" not in answer.text
