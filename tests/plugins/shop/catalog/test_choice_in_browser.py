"""Choosing a variant and adding it, in a real browser; then the same without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from nakamise.ids import uuid7
from nakamise.testing.fixtures import CtxFor, MakeTenant
from nakamise.testing.live import LiveServer
from tests.plugins.shop.catalog.market import Market, open_market
from tests.plugins.shop.stall import insert

pytestmark = pytest.mark.browser
PATIENCE_MS = 15_000
BOARD = "/shop/products/board"


@pytest.fixture
async def stocked(make_tenant: MakeTenant, ctx_for: CtxFor) -> Market:
    """The board has three of its four combinations; white with an English layout is sold out."""
    market = await open_market(ctx_for(await make_tenant(plugins=("shop",))))
    async with market.ctx.begin() as tx:
        product_id = await tx.value("SELECT id FROM shop_product WHERE slug = 'board'")
        for position, (sku, options) in enumerate({"B-3": ["黒", "英"], "B-4": ["白", "日"]}.items(), 2):
            variant_id = uuid7()
            row = {
                "id": variant_id,
                "product_id": product_id,
                "shop_id": market.shops["honten"],
                "sku": sku,
                "option_values": options,
                "price": 10000 + position,
                "position": position,
            }
            await insert(tx, "shop_variant", row)
            await insert(tx, "shop_stock", {"variant_id": variant_id, "on_hand": 2})
    return market


@pytest.mark.req("LC-3.2.1", "LC-3.2.2", "LC-3.2.3", "LC-3.2.5", "DF-21")
async def test_choosing_changes_price_stock_and_address(
    stocked: Market, live_server: LiveServer, browser: Browser
) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    faults: list[str] = []
    page = await browser.new_page(locale="ja")
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(f"http://{stocked.tenant.canonical_host}:{live_server.settings.port}{BOARD}")
    face, add = page.locator("#shop-face"), page.get_by_role("button", name="カートに入れる")
    await expect(face).to_contain_text("¥9,800")
    await expect(face).to_contain_text("残り1点")
    await page.get_by_role("radio", name="英", exact=True).check()
    await expect(face).to_contain_text("¥10,002")
    await expect(page).to_have_url(re.compile(r"variant=B-3$"))
    await page.get_by_role("radio", name="白", exact=True).check()
    await expect(face).to_contain_text("在庫切れ")
    await expect(add).to_be_disabled()
    await page.get_by_role("radio", name="日", exact=True).check()
    await expect(face).to_contain_text("¥10,003")
    for _ in range(4):
        await page.get_by_role("button", name="増やす").click()
    await expect(page.get_by_role("spinbutton")).to_have_value("2")
    await expect(page.get_by_role("link", name="カートを見る")).to_have_count(0)
    await add.click()
    await expect(page.get_by_role("link", name="カートを見る")).to_be_visible()
    await expect(page.locator("#shop-badge")).to_contain_text("2")
    assert faults == []


@pytest.mark.req("LC-3.2.1", "LC-3.2.3")
async def test_the_same_without_scripts(stocked: Market, live_server: LiveServer, browser: Browser) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    context = await browser.new_context(java_script_enabled=False, locale="ja")
    page = await context.new_page()
    await page.goto(f"http://{stocked.tenant.canonical_host}:{live_server.settings.port}{BOARD}")
    await page.get_by_role("radio", name="白", exact=True).check()
    await page.get_by_role("button", name="この選択を表示").click()
    await expect(page.locator("#shop-face")).to_contain_text("¥10,003")
    await page.get_by_role("button", name="カートに入れる").click()
    await expect(page.get_by_role("status").first).to_contain_text("カートに入れました")
    await expect(page.locator("#shop-badge")).to_contain_text("1")
    async with stocked.ctx.read() as tx:
        in_the_cart = await tx.values(
            "SELECT variant.sku FROM shop_cart_line line JOIN shop_variant variant ON variant.id = line.variant_id"
        )
    assert in_the_cart == ["B-4"], "the variant that was chosen, once"
