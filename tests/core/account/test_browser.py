"""The pages of accounts in a real browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from nakamise.account.addresses import AddressInput, add_address
from nakamise.plugin.context import Tenant
from nakamise.testing.fixtures import CtxFor, NewTenant
from nakamise.testing.live import LiveServer
from tests.axe import axe_faults
from tests.core.accounts import PASSWORD

pytestmark = pytest.mark.browser
EMAIL = "mika@example.com"
GUEST_PAGES = ("/login", "/login?next=/account", "/register", "/reset", "/dev/mail")
OWN_PAGES = (
    "/account",
    "/account/profile",
    "/account/addresses",
    "/account/addresses/new",
    "/account/security",
)


@pytest.fixture(scope="module")
async def tenant(new_tenant: NewTenant, ctx_for: CtxFor) -> Tenant:
    made = await new_tenant()
    ctx = ctx_for(made)
    address = AddressInput(
        family_name="佐倉",
        given_name="美香",
        family_kana="サクラ",
        given_kana="ミカ",
        postal_code="1500001",
        prefecture="東京都",
        city="渋谷区",
        line1="神宮前7-99-9",
        phone="09000001203",
    )
    async with ctx.begin() as tx:
        user_id = await ctx.runtime.auth.ensure_user(tx, email=EMAIL, password=PASSWORD, display_name="みか")
        await add_address(tx, user_id, address, ctx.now())
    return made


async def open_page(browser: Browser, width: int, **options: Any) -> tuple[Page, list[str]]:
    """The page, and everything that the console or a script complains about."""
    context = await browser.new_context(viewport={"width": width, "height": 844}, **options)
    page = await context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return page, problems


async def log_in(page: Page, base: str, path: str = "/account") -> None:
    await page.goto(f"{base}/login?next={path}")
    await page.fill("#f-email", EMAIL)
    await page.fill("#f-password", PASSWORD)
    await page.click('form[action="/login"] button[type=submit]')
    await page.wait_for_url(re.compile(re.escape(path)))


@pytest.mark.parametrize(
    ("width", "locale", "scheme"), [(390, "ja", "light"), (1280, "en", "dark"), (320, "en", "light")]
)
async def test_every_page_is_clean(
    browser: Browser, live_server: LiveServer, tenant: Tenant, width: int, locale: str, scheme: Any
) -> None:
    page, problems = await open_page(browser, width, locale=locale, color_scheme=scheme)
    base = live_server.url(tenant, "")
    for path in GUEST_PAGES:
        await check(page, base + path)
    await log_in(page, base)
    for path in OWN_PAGES:
        await check(page, base + path)
    assert problems == []
    await page.context.close()


async def check(page: Page, url: str) -> None:
    await page.goto(url)
    assert await axe_faults(page) == [], url
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url


@pytest.mark.req("LC-6.3.1")
async def test_a_postal_code_fills_the_address_but_not_over_what_was_typed(
    browser: Browser, live_server: LiveServer, tenant: Tenant
) -> None:
    page, problems = await open_page(browser, 390, locale="ja")
    await log_in(page, live_server.url(tenant, ""), "/account/addresses/new")
    await page.fill("#f-postal_code", "１５０－０００１")
    await expect(page.locator("#f-prefecture")).to_have_value("東京都")
    await expect(page.locator("#f-city")).to_have_value("渋谷区")
    await expect(page.locator("#f-line1")).to_have_value("神宮前")
    await page.fill("#f-line1", "神宮前7-99-9")
    await page.fill("#f-postal_code", "5300001")
    await expect(page.locator("#f-city")).to_have_value("大阪市北区")
    await expect(page.locator("#f-line1")).to_have_value("神宮前7-99-9")
    assert problems == []
    await page.context.close()


@pytest.mark.req("LC-1.2.2", "DF-11")
async def test_a_stranger_registers_confirms_by_the_mail_and_logs_in(
    browser: Browser, live_server: LiveServer, tenant: Tenant
) -> None:
    page, problems = await open_page(browser, 390, locale="ja")
    base = live_server.url(tenant, "")
    await page.goto(f"{base}/register")
    for name, value in {
        "display_name": "はな",
        "email": "hana@example.com",
        "password": PASSWORD,
        "password_again": PASSWORD,
    }.items():
        await page.fill(f"#f-{name}", value)
    await page.check("#f-terms")
    await page.click('form[action="/register"] button[type=submit]')
    await expect(page.locator("main")).to_contain_text("hana@example.com")
    await page.goto(f"{base}/dev/mail?to=hana@example.com")
    await page.locator("main table a").first.click()
    await page.frame_locator("iframe").locator("a.button").click()
    await page.wait_for_url(re.compile("/verify"))
    await page.click('form[action="/verify"] button')
    await page.wait_for_url(re.compile("/login"))
    await page.fill("#f-email", "hana@example.com")
    await page.fill("#f-password", PASSWORD)
    await page.click('form[action="/login"] button[type=submit]')
    await expect(page.locator("main")).to_contain_text("メール確認済み")
    assert problems == []
    await page.context.close()
