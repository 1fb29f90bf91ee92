"""What a buyer does with the tutorial's wishlist, in a browser and at the till; copied into its tests."""

from __future__ import annotations

import uuid

import httpx
from playwright.async_api import expect

from nakamise.testing.author_fixtures import As, BrowserPage
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain, MakeTenant
from tests.plugins.shop.stall import PLUGINS, Buyer, Stall, Till

API = "/api/wishlist/items"


async def test_one_click_saves_in_every_window(
    make_tenant: MakeTenant, ctx_for: CtxFor, as_buyer: As, browser_page: BrowserPage
) -> None:
    stall = await opened(make_tenant, ctx_for)
    slug = await stall.value("SELECT slug FROM shop_product")
    buyer = await as_buyer(stall.tenant)
    product = await browser_page(stall.tenant, f"/shop/products/{slug}", person=buyer)
    other = await browser_page(stall.tenant, "/account", person=buyer)
    await other.wait_for_selector("html[data-live]")
    faults: list[str] = []
    product.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    await product.get_by_role("button", name="ほしいものリストに入れる").click()
    await expect(product.get_by_role("button", name="保存済み（外す）")).to_be_visible()
    await expect(other.locator("[data-wishlist] .n-count")).to_have_text("1")
    await other.goto(other.url.replace("/account", "/wishlist/items"))
    await expect(other.get_by_role("link", name="ランプ")).to_be_visible()
    assert faults == []


async def test_what_is_bought_leaves_the_list(
    make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor, drain: Drain
) -> None:
    stall = await opened(make_tenant, ctx_for)
    variant = uuid.UUID(str(await stall.value("SELECT id FROM shop_variant")))
    product = await stall.value("SELECT product_id FROM shop_variant")
    buyer, browser = await stall.buyer(), client(stall.tenant)
    saved = {"product_id": str(product), "slug": "lamp", "name": "ランプ"}
    await browser.post(API, json=saved, headers=buyer.headers)
    await stall.fill_cart(buyer, [(variant, 1)])
    till = Till(browser, buyer)
    placed = (await till.place()).json()
    assert await listed(browser, buyer) == [saved]
    await till.pay(placed["purchase_id"], "tok_success")
    await drain(stall.tenant)
    assert await listed(browser, buyer) == []


async def opened(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    tenant = await make_tenant(plugins=(*PLUGINS, "wishlist"))
    stall = Stall(tenant, ctx_for(tenant), ctx_for)
    await stall.shop("honten", "LC")
    await stall.goods("honten", "ランプ", 1000, 5)
    return stall


async def listed(browser: httpx.AsyncClient, buyer: Buyer) -> object:
    return (await browser.get(API, headers=buyer.headers)).json()
