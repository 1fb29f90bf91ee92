"""A buyer downloads documents and asks for a receipt; staff issue one again. On a phone and on a desktop."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from nakamise.testing.chromium import cookies_of
from nakamise.testing.live import LiveServer
from tests.axe import axe_faults
from tests.plugins.tax_invoice.books import Books
from tests.plugins.tax_invoice.pdf_text import pdf_text

pytestmark = pytest.mark.browser
PHONE, DESKTOP = (390, 844), (1280, 900)
# Where somebody wants to look at the pages.
SHOTS = os.environ.get("TAX_INVOICE_SHOTS", "")


async def settled(page: Page, name: str) -> None:
    """Nothing on it that a checker finds, and nothing wider than the screen."""
    assert await axe_faults(page) == [], name
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) <= 0, name
    text = await page.locator("main").inner_text()
    assert not any(word in text for word in ("None", "undefined", "tax_invoice.")), name
    if SHOTS:
        await page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


async def opened(
    chromium: Browser, server: LiveServer, books: Books, size: tuple[int, int]
) -> BrowserContext:
    context = await chromium.new_context(
        locale="ja-JP",
        viewport={"width": size[0], "height": size[1]},
        base_url=server.url(books.stall.tenant),
        accept_downloads=True,
    )
    context.set_default_timeout(15_000)
    return context


@pytest.fixture
async def phone(chromium: Browser, live_server: LiveServer, books: Books) -> AsyncIterator[BrowserContext]:
    async with await opened(chromium, live_server, books, PHONE) as context:
        yield context


@pytest.fixture
async def desktop(chromium: Browser, live_server: LiveServer, books: Books) -> AsyncIterator[BrowserContext]:
    async with await opened(chromium, live_server, books, DESKTOP) as context:
        yield context


@pytest.mark.req("BX-01")
async def test_from_the_order_to_the_receipt_that_was_issued_again(
    books: Books, phone: BrowserContext, desktop: BrowserContext
) -> None:
    buyer = await books.stall.buyer("花代")
    (rouge, tea) = books.goods["honten"]
    order = (await books.buy(buyer, [(rouge, 1), (tea, 2)]))[0]
    token = await books.stall.browser_session(buyer)
    staff = await books.staff()
    cookie = cookies_of(staff)[0] | {"value": token}
    await phone.add_cookies([cookie])
    page = await phone.new_page()
    await page.goto(f"/shop/orders/{order.number}")
    box = page.locator("section", has=page.get_by_role("heading", name="請求書・領収書"))
    await expect(box).to_contain_text("適格簡易請求書")
    async with page.expect_download() as waited:
        await box.get_by_role("link", name="PDFでダウンロード").click()
    file = await (await waited.value).path()
    text = pdf_text(file.read_bytes())
    for piece in ("適格簡易請求書", "¥5,190", "10%対象", "8%対象※", "T7000012050002"):
        assert piece in text
    await settled(page, "phone-order")
    await box.get_by_role("link", name="宛名入りの領収書を発行").click()
    await settled(page, "phone-receipt-form")
    await page.get_by_label("宛名").fill("株式会社買い手")
    await page.get_by_role("button", name="領収書を発行する").click()
    await expect(page.get_by_role("heading", name="領収書")).to_be_visible()
    await expect(page.locator(".tax-sheet")).to_contain_text("株式会社買い手 御中")
    await settled(page, "phone-receipt")

    await desktop.add_cookies(cookies_of(staff))
    desk = await desktop.new_page()
    await desk.goto("/admin/tax_invoice?partner=買い手")
    await settled(desk, "desk-list")
    await desk.get_by_role("link", name="LC-", exact=False).first.click()
    await settled(desk, "desk-document")
    await desk.get_by_label("宛名").fill("買い手ホールディングス")
    await desk.get_by_label("理由").fill("社名の変更")
    await desk.locator("form[action$='/reissue'] button").click()
    await desk.locator("dialog[open] button", has_text="再発行する").click()
    await expect(desk.locator(".tax-sheet__stamp")).to_have_text("再発行")
    assert urlsplit(desk.url).path.startswith("/admin/tax_invoice/documents/")
    await settled(desk, "desk-reissued")
    await desk.goto(f"/admin/shop/shops/{order.shop_id}")
    await expect(desk.get_by_role("heading", name="請求書の交付")).to_be_visible()
    if SHOTS:
        await settled(desk, "desk-shop")
