"""The plugin pages in a real Chromium, against the real server: no error, accessible, and they work."""

from __future__ import annotations

import os
import secrets

import pytest
from playwright.async_api import Browser, Page, expect

from nakamise.plugin.context import Tenant
from nakamise.testing.fixtures import CtxFor, MakeTenant
from nakamise.testing.live import LiveServer
from tests.axe import axe_faults
from tests.contract.conftest import PASSWORD

pytestmark = pytest.mark.browser

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
async def site(make_tenant: MakeTenant, ctx_for: CtxFor) -> tuple[Tenant, str]:
    """A tenant, and the address of its administrator."""
    tenant = await make_tenant(plugins=("hello",))
    email = f"{secrets.token_hex(4)}@example.com"
    ctx = ctx_for(tenant)
    async with ctx.begin() as tx:
        await ctx.runtime.auth.ensure_user(
            tx, email=email, password=PASSWORD, display_name="Admin", roles=("admin",)
        )
    return tenant, email


async def logged_in(page: Page, live_server: LiveServer, site: tuple[Tenant, str]) -> list[str]:
    """What the console said, as a list that grows."""
    said: list[str] = []
    page.on(
        "console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on(
        "response",
        lambda answer: said.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    tenant, email = site
    await page.goto(live_server.url(tenant, "/login"))
    await page.fill("input[name=email]", email)
    await page.fill("input[name=password]", PASSWORD)
    await page.locator("main form button[type=submit]").first.click()
    await page.wait_for_url(lambda url: "/login" not in url)
    return said


# Each size and each scheme once; in full, each with each.
@pytest.mark.parametrize(
    ("scheme", "size"),
    [
        pytest.param("light", PHONE, id="light-phone"),
        pytest.param("light", DESKTOP, id="light-desktop", marks=pytest.mark.full),
        pytest.param("dark", PHONE, id="dark-phone", marks=pytest.mark.full),
        pytest.param("dark", DESKTOP, id="dark-desktop"),
    ],
)
async def test_pages_are_accessible_and_quiet(
    chromium: Browser, live_server: LiveServer, site: tuple[Tenant, str], size: dict[str, int], scheme: str
) -> None:
    page = await chromium.new_page(viewport=size, color_scheme=scheme, locale="ja-JP")  # type: ignore[arg-type]
    said = await logged_in(page, live_server, site)
    for name, path in (("list", "/admin/plugins"), ("settings", "/admin/plugins/hello/settings")):
        await page.goto(live_server.url(site[0], path))
        if folder := os.environ.get("SCREENSHOTS"):
            await page.screenshot(
                path=f"{folder}/plugins-{name}-{size['width']}-{scheme}.png", full_page=True
            )
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{path} scrolls sideways"
        )
        assert await axe_faults(page) == []
    assert said == []
    await page.close()


async def test_a_setting_is_changed_and_a_plugin_switched_off_and_on(
    chromium: Browser, live_server: LiveServer, make_tenant: MakeTenant, site: tuple[Tenant, str]
) -> None:
    page = await chromium.new_page(viewport=PHONE, locale="ja-JP")  # type: ignore[arg-type]
    said = await logged_in(page, live_server, site)
    await page.goto(live_server.url(site[0], "/admin/plugins/hello/settings"))
    await page.get_by_label("あいさつ", exact=True).fill("やあ")
    await page.get_by_label("口調").select_option(label="丁寧")
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_text("保存しました")).to_be_visible()
    await expect(page.get_by_label("あいさつ", exact=True)).to_have_value("やあ")
    await page.goto(live_server.url(site[0], "/admin/plugins"))
    await page.get_by_role("button", name="オフにする: あいさつ").click()
    await page.get_by_role("dialog").get_by_role("button", name="OK").click()
    await page.get_by_role("button", name="オンにする: あいさつ").click()
    await expect(page.get_by_role("button", name="オフにする: あいさつ")).to_be_visible()
    await page.goto(live_server.url(site[0], "/admin/plugins/hello/settings"))
    await expect(page.get_by_label("あいさつ", exact=True)).to_have_value("やあ")
    assert said == []
    await page.close()
