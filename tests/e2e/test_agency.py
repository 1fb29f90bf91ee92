"""An agency at work: logs in with two factors, opens a site, dresses it, closes it for a moment, helps a shop."""

from __future__ import annotations

import re
import secrets
from typing import Final

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.demo import Demo
from tests.e2e.examine import examine
from tests.e2e.second_factor import enter_code
from tests.e2e.visitor import DESKTOP, Visitor, visit

pytestmark = pytest.mark.browser
# As tenants/agency/tenant.toml has them for everybody.
EMAIL: Final = "agency@agency.example"
PASSWORD: Final = "demo-minato-2026"
SECRET: Final = "MINATO2DEMO3SECRET4KEY5AGENCYAAA"


@pytest.mark.req("LC-0.23", "LC-0.28")
async def test_an_agency_opens_dresses_and_looks_after_sites(browser: Browser, demo: Demo) -> None:
    visitor = await visit(browser, demo, "agency", "ja", size=DESKTOP)
    await _log_in(visitor)
    slug = f"e2e-{secrets.token_hex(4)}"
    tenant = await _create(visitor, slug)
    assert "四季を飾る器" in await _dressed(visitor, tenant, slug)
    await _close(visitor, tenant)
    assert _status(demo, slug) == 503
    await visitor.submit(visitor.page.locator("form[action$='/resume'] button"))
    assert _status(demo, slug) == 200
    shop = await _visited_shop(visitor)
    await shop.goto(demo.url("kanon", "/admin"))
    assert "/login" in shop.url, "the visit is over"
    await visitor.leave()


async def _log_in(visitor: Visitor) -> None:
    await visitor.log_in(EMAIL, PASSWORD)
    await expect(visitor.page).to_have_url(re.compile("/login/code"))
    await enter_code(visitor, SECRET)


async def _create(visitor: Visitor, slug: str) -> str:
    """The path of the site's page in the console."""
    page = visitor.page
    await visitor.go("/admin/agency/tenants/new")
    assert await examine(visitor) == []
    await page.locator("#f-name").fill("花と器")
    await page.locator("#f-slug").press_sequentially(slug)
    await expect(page.locator("#slug-state")).to_contain_text("使えます")
    await page.locator("#f-admin_name").fill("みどり")
    await page.locator("#f-admin_email").fill(f"{slug}@buyer.example")
    await visitor.submit(page.locator("#new-tenant .agency-save button.n-btn--primary"))
    await visitor.sees(f"{slug}.localhost", "招待メールを送りました")
    return page.url.split("localhost", 1)[1].split("/", 1)[1].removesuffix("/created")


async def _dressed(visitor: Visitor, tenant: str, slug: str) -> str:
    """The site's first page afterwards."""
    page = visitor.page
    await visitor.go(f"/{tenant}/brand")
    await page.locator("#f-tagline").fill("四季を飾る器")
    await page.locator("#f-brand").fill("#0a6b5e")
    await expect(page.frame_locator("#preview").locator("h1")).to_contain_text("四季")
    assert await examine(visitor) == []
    await visitor.submit(page.locator("#brand-form .agency-save button.n-btn--primary"))
    site = await page.goto(visitor.demo.url(slug))
    assert site is not None
    return await site.text()


async def _close(visitor: Visitor, tenant: str) -> None:
    page = visitor.page
    await visitor.go(f"/{tenant}")
    await visitor.press(page.locator("[command=show-modal][commandfor=do-suspend]"))
    await page.locator("#f-reason-suspend").fill("料金の確認のため")
    await visitor.submit(page.locator("#do-suspend .n-btn--danger"))
    await visitor.sees("料金の確認のため")


def _status(demo: Demo, slug: str) -> int:
    host = f"{slug}.localhost:{demo.port}"
    return httpx.get(f"http://127.0.0.1:{demo.port}/", headers={"Host": host}).status_code


async def _visited_shop(visitor: Visitor) -> Page:
    """The window of a shop that asked for help, after a visit as its staff that was ended."""
    page = visitor.page
    await visitor.go("/admin/agency?q=kanon")
    await visitor.submit(page.locator(".agency-name a").first)
    await visitor.press(page.locator("[command=show-modal][commandfor=do-impersonate]"))
    await page.locator("#f-reason-impersonate").fill("送料設定のお問い合わせ")
    await visitor.submit(page.locator("#do-impersonate .n-btn--primary"))
    async with page.context.expect_page() as opened:
        await visitor.press(page.locator("[data-agency-until]"))
    shop = await opened.value
    await expect(shop.locator(".n-act-bar")).to_be_visible()
    await shop.locator(".n-act-bar button").click()
    await expect(shop.locator(".n-act-bar")).to_have_count(0)
    return shop
