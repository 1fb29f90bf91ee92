"""A browser that lacks something is told so, and the shop goes on working in it."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from nakamise.plugin import Tenant
from nakamise.testing.fixtures import MakeTenant
from nakamise.testing.live import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.req("LC-0.31")]
LACKS = {
    "popover": "delete HTMLElement.prototype.popover",
    "calls": "delete window.RTCPeerConnection",
    "modules": "delete HTMLScriptElement.prototype.noModule",
    "selectors": "CSS.supports = () => false",
}
WORDS = {"ja": "このブラウザーは古い", "en": "This browser is too old"}


@pytest.fixture
async def stall(make_tenant: MakeTenant) -> Tenant:
    return await make_tenant(plugins=("shop",))


async def _faults(page: Page, url: str) -> list[str]:
    """Goes there; what the browser complained of."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    answer = await page.goto(url)
    assert answer is not None
    assert answer.status == 200
    return said


async def test_a_browser_of_today_sees_no_notice(
    chromium: Browser, live_server: LiveServer, stall: Tenant
) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    assert await _faults(page, live_server.url(stall, "/shop/products")) == []
    await expect(page.locator("#n-old-browser")).to_be_hidden()
    await context.close()


@pytest.mark.parametrize("lack", sorted(LACKS))
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_what_lacks_something_is_told_and_shops_on(
    chromium: Browser, live_server: LiveServer, stall: Tenant, lack: str, language: str
) -> None:
    context = await chromium.new_context(locale=language)
    await context.add_init_script(LACKS[lack])
    page = await context.new_page()
    assert await _faults(page, live_server.url(stall, "/shop/products")) == []
    await expect(page.locator("#n-old-browser")).to_be_visible()
    await expect(page.locator("#n-old-browser")).to_contain_text(WORDS[language])
    assert await _faults(page, live_server.url(stall, "/shop/cart")) == []
    await expect(page.locator("main h1")).to_be_visible()
    await context.close()


async def test_without_javascript_it_says_so_and_shops_on(
    chromium: Browser, live_server: LiveServer, stall: Tenant
) -> None:
    context = await chromium.new_context(locale="ja", java_script_enabled=False)
    page = await context.new_page()
    assert await _faults(page, live_server.url(stall, "/shop/products")) == []
    # Playwright's texts leave <noscript> out.
    await expect(page.locator("noscript aside")).to_be_visible()
    await expect(page.locator("noscript aside")).to_contain_text("JavaScript がオフ")
    await expect(page.locator("#n-old-browser")).to_be_hidden()
    assert await _faults(page, live_server.url(stall, "/shop/cart")) == []
    await expect(page.locator("main h1")).to_be_visible()
    await context.close()
