"""The agency's way through create, brand and domains without a mouse: the order of stops, the focus, Escape."""

from __future__ import annotations

import secrets
from typing import Final

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.demo import Demo
from tests.e2e.examine import examine
from tests.e2e.second_factor import enter_code
from tests.e2e.test_agency import EMAIL, PASSWORD, SECRET
from tests.e2e.visitor import DESKTOP, Visitor, visit

pytestmark = pytest.mark.browser
STOPS_MAX: Final = 120
# Where the focus is, or what stands for it: a radio button is drawn by what follows it.
SEEN: Final = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return false;
  return [here, here.nextElementSibling, here.parentElement].some((one) => {
    if (!one) return false;
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const drawn = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
    return drawn && box.width > 0 && box.height > 0;
  });
}"""
IS_AT: Final = "(selector) => document.activeElement?.matches(selector) ?? false"


@pytest.mark.req("LC-0.23")
async def test_without_a_mouse(browser: Browser, demo: Demo) -> None:
    visitor = await visit(browser, demo, "agency", "en", size=DESKTOP)
    await visitor.log_in(EMAIL, PASSWORD)
    await enter_code(visitor, SECRET)
    tenant = await _create(visitor)
    await _dress(visitor, tenant)
    await _add_domain(visitor, tenant)
    await _escape(visitor, tenant)
    for path in ("plan", "shares", "log"):
        await visitor.go(f"/{tenant}/{path}")
        assert await examine(visitor) == []
    await visitor.go("/admin/agency/policy")
    assert await examine(visitor) == []
    await visitor.leave()


async def _tab_to(visitor: Visitor, *selectors: str) -> None:
    """In this order, each stop on the way to be seen."""
    page = visitor.page
    for selector in selectors:
        for _ in range(STOPS_MAX):
            await page.keyboard.press("Tab")
            assert await page.evaluate(SEEN), await page.evaluate("document.activeElement.outerHTML")
            if await page.evaluate(IS_AT, selector):
                break
        else:
            raise AssertionError(f"{selector} is no stop")


async def _type(visitor: Visitor, selector: str, text: str) -> None:
    await _tab_to(visitor, selector)
    await visitor.page.keyboard.press("ControlOrMeta+a")
    await visitor.page.keyboard.type(text)


async def _create(visitor: Visitor) -> str:
    """The path of the site's page in the console."""
    page, slug = visitor.page, f"kb-{secrets.token_hex(4)}"
    await visitor.go("/admin/agency")
    await _tab_to(visitor, "a[href='/admin/agency/tenants/new']")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await _type(visitor, "#f-name", "Keyboard shop")
    await _type(visitor, "#f-slug", slug)
    await _tab_to(visitor, "[name=locale]", "[name=blueprint]", "#f-plan", "#f-brand")
    await page.keyboard.type("#0a6b5e")
    await _type(visitor, "#f-admin_name", "Midori")
    await _type(visitor, "#f-admin_email", f"{slug}@buyer.example")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await visitor.sees(f"{slug}.localhost")
    return page.url.split("localhost", 1)[1].split("/", 1)[1].removesuffix("/created")


async def _dress(visitor: Visitor, tenant: str) -> None:
    page = visitor.page
    await visitor.go(f"/{tenant}/brand")
    await _tab_to(visitor, "#f-brand", "#f-accent")
    await _type(visitor, "#f-tagline", "Made by hand")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await expect(page.locator("#f-tagline")).to_have_value("Made by hand")


async def _add_domain(visitor: Visitor, tenant: str) -> None:
    page, host = visitor.page, f"kb-{secrets.token_hex(4)}.example.jp"
    await visitor.go(f"/{tenant}/domains")
    await _type(visitor, "#f-host", host)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await visitor.sees(host, "TXT")
    await _tab_to(visitor, "form[action$='/domains/remove'] button")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog[open]")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await visitor.sees(host)


async def _escape(visitor: Visitor, tenant: str) -> None:
    """A dialog that is closed gives the focus back to what opened it."""
    page, opener = visitor.page, "[commandfor=do-suspend]"
    await visitor.go(f"/{tenant}")
    await _tab_to(visitor, opener)
    await page.keyboard.press("Enter")
    await expect(page.locator("#do-suspend")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#do-suspend")).to_be_hidden()
    assert await page.evaluate(IS_AT, opener)
