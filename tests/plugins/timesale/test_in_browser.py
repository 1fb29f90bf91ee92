"""On a phone: a sale counts down on the product's page, and a coupon goes into the cart with it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from nakamise.testing.live import LiveServer
from nakamise_coupons import service as coupons
from nakamise_coupons.schemas import NewCoupon
from nakamise_timesale import service as sales
from nakamise_timesale.schemas import ItemInput, SaleInput
from tests.plugins.shop.stall import Stall
from tests.plugins.timesale.test_running import charged, product_of

pytestmark = pytest.mark.browser
PATIENCE_MS = 15_000
PHONE: ViewportSize = {"width": 390, "height": 844}


async def on_sale(stall: Stall) -> str:
    """A product whose regular price is proven, at ¥800 for two days; the page's path. 10 % by the code AKI."""
    goods = await stall.goods("honten", "シルクルージュ", 1000, 9)
    await charged(stall, goods, 1000, 60)
    product = await product_of(stall, goods)
    ends = datetime.now(UTC) + timedelta(days=2, seconds=30)
    async with stall.ctx.begin() as tx:
        given = SaleInput(name="夜のセール", starts_at=datetime.now(UTC), ends_at=ends)
        sale_id = await sales.create(stall.ctx, tx, given)
        await sales.add_item(stall.ctx, tx, sale_id, ItemInput(product_id=product, price=800, quantity=5))
        code = NewCoupon(name="秋の1割引", kind="percent", percent=10, code="AKI", min_goods=700)
        await coupons.create(stall.ctx, tx, code)
    return f"/shop/products/{await stall.value('SELECT slug FROM shop_product WHERE id = $1', product)}"


async def open_page(browser: Browser, *, scripts: bool, faults: list[str]) -> Page:
    context = await browser.new_context(
        viewport=PHONE, is_mobile=True, has_touch=True, locale="ja-JP", java_script_enabled=scripts
    )
    page = await context.new_page()
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return page


@pytest.mark.req("LC-8.8.1", "LC-8.7.7", "BX-13")
async def test_a_countdown_and_a_coupon_on_a_phone(
    stall: Stall, live_server: LiveServer, browser: Browser
) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    path = await on_sale(stall)
    origin = f"http://{stall.tenant.canonical_host}:{live_server.settings.port}"
    faults: list[str] = []
    page = await open_page(browser, scripts=True, faults=faults)
    # The visitor's clock is an hour fast: what counts is the server's.
    await page.add_init_script("const now = Date.now.bind(Date); Date.now = () => now() + 3_600_000;")
    await page.goto(origin + path)
    await expect(page.locator("#shop-face")).to_contain_text("¥800")
    await expect(page.locator("#shop-face s")).to_have_text("¥1,000")
    clock = page.locator(".timesale-clock [data-countdown]")
    await expect(clock).to_have_text(re.compile(r"^残り 2日 00:00:\d\d$"))
    await page.goto(f"{origin}/shop/products")
    await expect(page.locator(".shop-until [data-countdown]")).to_have_text(
        re.compile(r"^残り 2日 00:00:\d\d$")
    )
    await page.goto(origin + path)
    before = await clock.text_content()
    await expect(clock).not_to_have_text(str(before))
    await page.get_by_role("button", name="カートに入れる").tap()
    await expect(page.locator("#shop-badge .n-count")).to_contain_text("1")
    await page.goto(f"{origin}/shop/cart")
    code = page.get_by_label("クーポンコード")
    await code.fill("nani")
    await page.get_by_role("button", name="使う", exact=True).tap()
    await expect(page.locator("body")).to_contain_text("このコードは見つかりません")
    await expect(code).to_have_value("NANI")
    await code.fill("aki")
    await page.get_by_role("button", name="使う", exact=True).tap()
    await expect(page.locator(".coupons-on")).to_contain_text("-¥80")
    await expect(page.locator(".n-total .is-total")).to_contain_text("¥1,270")
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    await page.get_by_role("button", name="クーポンを外す").tap()
    await expect(code).to_have_value("AKI")
    assert faults == []
    await page.context.close()
    plain = await open_page(browser, scripts=False, faults=[])
    await plain.goto(origin + path)
    await expect(plain.locator(".timesale-box")).to_contain_text("まで")
    await expect(plain.locator(".timesale-clock [data-countdown]")).to_be_hidden()
    await plain.goto(f"{origin}/shop/products")
    await expect(plain.locator(".shop-until [data-countdown]")).to_contain_text("まで")
    await plain.context.close()
