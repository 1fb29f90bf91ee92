"""In a browser: set up, log in with the real provider, roles, staff without passwords; phone and desktop."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from nakamise.settings import Settings
from nakamise.testing.chromium import cookies_of
from nakamise.testing.live import LiveServer
from nakamise.testing.people import PASSWORD
from nakamise.testing.server import free_port
from tests.axe import axe_faults
from tests.plugins.sso.place import Place, Shop
from tests.plugins.sso.strict import CLIENT_ID, CLIENT_SECRET

pytestmark = pytest.mark.browser


@pytest.fixture
async def server(
    settings: Settings, real_provider: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[LiveServer]:
    """One that may call the provider."""
    monkeypatch.setenv("NAKAMISE_EGRESS_ALLOW", real_provider.removeprefix("http://"))
    started = LiveServer(msgspec.structs.replace(settings, jobs=0, port=free_port()))
    started.start()
    yield started
    started.stop()


@pytest.mark.req("LC-0.24")
async def test_from_setting_up_to_staff_without_passwords(
    place: Place, server: LiveServer, browser: Browser, real_provider: str, tmp_path: Path
) -> None:
    shop = await place.shop()
    email, subject = f"{secrets.token_hex(5)}@example.co.jp", f"staff-{secrets.token_hex(4)}"
    await shop.user(email)
    async with httpx.AsyncClient(base_url=real_provider) as outside:
        claims = {"email": email, "email_verified": True, "name": "みどり", "groups": ["shop-team"]}
        (await outside.put(f"/users/{subject}", json=claims)).raise_for_status()
    await _set_up(browser, server, shop, real_provider, tmp_path)

    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="ja-JP")
    page = await context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    await page.goto(server.url(shop.tenant, "/login"))
    await _look(page, tmp_path / "login.png")
    assert faults == []
    await page.get_by_role("link", name="社員の方はこちら").click()
    await page.locator("input[name=sub]").first.fill(subject)
    await page.get_by_role("button", name="Authorize").click()
    await expect(page).to_have_url(re.compile("/admin$"))
    assert await shop.roles_of(email) == {"shop_staff"}

    await context.clear_cookies()
    await page.goto(server.url(shop.tenant, "/login"))
    await page.locator("#f-email").fill(email)
    await page.locator("#f-password").fill(PASSWORD)
    await page.locator("form[action='/login'] button.n-btn--primary").click()
    await expect(page.locator("main")).to_contain_text("パスワードではログインできません")

    await page.get_by_role("link", name="社員の方はこちら").click()
    await page.get_by_role("button", name="Deny").click()
    await expect(page.locator("h1")).to_contain_text("ログインできませんでした")
    await _look(page, tmp_path / "denied.png")
    await context.close()


async def _set_up(browser: Browser, server: LiveServer, shop: Shop, real_provider: str, folder: Path) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP")
    await context.add_cookies(cookies_of(shop.admin))
    page = await context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    await page.goto(server.url(shop.tenant, "/admin/sso"))
    await _look(page, folder / "empty.png")
    await page.get_by_role("link", name="プロバイダーを追加").first.click()
    await page.locator("#f-label").fill("社員の方はこちら")
    await page.locator("#f-discovery_url").fill(real_provider)
    await page.locator("#f-client_id").fill(CLIENT_ID)
    await page.locator("#f-client_secret").fill(CLIENT_SECRET)
    await page.locator("#f-value-1").fill("shop-team")
    await page.locator("#f-role-1").select_option("shop_staff")
    await page.get_by_role("button", name="保存").click()
    await page.get_by_role("button", name="接続を確認").click()
    await expect(page.locator(".sso-findings")).to_contain_text(
        "クライアントIDとシークレットが受け付けられました"
    )
    await _look(page, folder / "provider.png")
    await page.set_viewport_size({"width": 390, "height": 844})
    await _look(page, folder / "provider-phone.png")
    await page.goto(server.url(shop.tenant, "/admin/sso"))
    await page.locator("#f-staff_only").check()
    await page.locator("#f-break_glass").select_option(str(shop.admin.id))
    await page.get_by_role("button", name="保存").click()
    await expect(page.locator("#f-staff_only")).to_be_checked()
    await _look(page, folder / "overview-phone.png")
    await page.set_viewport_size({"width": 1280, "height": 900})
    await _look(page, folder / "overview.png")
    assert faults == []
    await context.close()


async def _look(page: Page, shot: Path) -> None:
    """Accessible, not too wide; the picture is for people."""
    assert await axe_faults(page) == [], page.url
    root = "document.documentElement"
    assert not await page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"), page.url
    await page.screenshot(path=shot, full_page=True)
