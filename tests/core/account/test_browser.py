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
    ("width", "locale", "scheme"),
    [
        (390, "ja", "light"),
        # The pages of an account are opened in these looks in tests/e2e/test_every_page.py too.
        pytest.param(1280, "en", "dark", marks=pytest.mark.full),
        pytest.param(320, "en", "light", marks=pytest.mark.full),
    ],
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


async def by_input_method(page: Page, field: str, *steps: str) -> None:
    """As a Japanese keyboard writes: the kana so far, then the word that they become."""
    await page.focus(field)
    devices = await page.context.new_cdp_session(page)
    for text in steps:
        await devices.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )
    await devices.send("Input.insertText", {"text": steps[-1]})


@pytest.mark.req("GL-15")
async def test_an_address_is_typed_with_few_keys_and_faults_are_said_beside_the_field(
    browser: Browser, live_server: LiveServer, tenant: Tenant
) -> None:
    """Readings come from how the name is typed, and give way to what somebody writes; each field asks for its keyboard."""
    page, problems = await open_page(browser, 390, locale="ja")
    await log_in(page, live_server.url(tenant, ""), "/account/addresses/new")
    family, given = page.locator("#f-family_kana"), page.locator("#f-given_kana")
    await by_input_method(page, "#f-family_name", "ｙ", "や", "やｍ", "やま", "やまd", "やまだ", "山田")
    await expect(page.locator("#f-family_name")).to_have_value("山田")
    await expect(family).to_have_value("ヤマダ")
    await by_input_method(page, "#f-family_name", "もと", "本")
    await expect(family).to_have_value("ヤマダモト")
    await page.keyboard.press("Backspace")
    await expect(family).to_have_value("ヤマダ")
    await page.fill("#f-given_name", "はなこ")
    await expect(given).to_have_value("ハナコ")
    # What somebody wrote stays, and what is wrong in it is said when they leave it.
    await page.fill("#f-given_kana", "華子")
    await page.fill("#f-given_name", "さくら")
    await expect(given).to_have_value("華子")
    wrong = page.locator("#f-given_kana-error")
    await expect(wrong).to_have_text("フリガナをカタカナまたはひらがなで入力してください。")
    await expect(given).to_have_attribute("aria-describedby", "f-given_kana-error")
    assert await axe_faults(page) == []
    await page.fill("#f-given_kana", "はな")
    await expect(wrong).to_have_count(0)
    await page.fill("#f-phone", "０９０")
    await page.fill("#f-postal_code", "１５０－０００１")
    await expect(page.locator("#f-phone-error")).to_be_visible()
    await expect(page.locator("#f-city")).to_have_value("渋谷区")
    await expect(page.locator("#f-postal_code-error")).to_have_count(0)
    asked = "(all) => all.map((e) => [e.name, e.autocomplete, e.inputMode, e.enterKeyHint].join(' '))"
    fields = await page.eval_on_selector_all("[data-postal-form] input.n-input", asked)
    assert fields == [
        "family_name family-name  next",
        "given_name given-name  next",
        "family_kana   next",
        "given_kana   next",
        "postal_code postal-code numeric next",
        "city address-level2  next",
        "line1 address-line1  next",
        "line2 address-line2  next",
        "phone tel tel next",
        "label   done",
    ]
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
