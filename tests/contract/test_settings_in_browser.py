"""The generated settings form with every kind of control, in a real Chromium at the real server."""

from __future__ import annotations

import io
import os
from typing import Any

import asyncpg
import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from nakamise.plugin import Tenant
from nakamise.testing.author_fixtures import As, BrowserPage
from nakamise.testing.fixtures import MakeTenant
from tests.axe import axe_faults

pytestmark = [pytest.mark.browser, pytest.mark.req("BX-19")]

SETTINGS = "/admin/plugins/hello/settings"
TYPED = {
    "greeting": "やあ",
    "cut": "25",
    "words": "ばか\nまぬけ",
    "colour": "#336699",
    "story": "はじめまして。",
    "since": "2026-12-24",
    "opens": "10:30",
    "party": "2026-12-31T23:00",
    "gift": "1,980",
    "chance": "7.25",
    "weight": "0.125",
    "site": "https://example.com/x",
    "api_key": "key-that-nobody-sees",
    "sender.name": "花子",
    "sender.address": "hanako@example.com",
    "circles.0.label": "常連",
    "circles.0.rate": "5",
    "circles.0.password": "word-that-nobody-sees",
}
STORED = {
    "greeting": "やあ",
    "cut": 25,
    "shows_box": True,
    "tone": "formal",
    "words": ["ばか", "まぬけ"],
    "shows_marks": True,
    "colour": "#336699",
    "story": "はじめまして。",
    "days": ["holidays"],
    "since": "2026-12-24",
    "opens": "10:30:00",
    "party": "2026-12-31T23:00:00",
    "gift": 1980,
    "chance": 725,
    "weight": "0.125",
    "site": "https://example.com/x",
    "sender": {"name": "花子", "address": "hanako@example.com"},
}


@pytest.fixture
async def tenant(make_tenant: MakeTenant) -> Tenant:
    return await make_tenant(plugins=("hello",))


async def opened(browser_page: BrowserPage, as_admin: As, tenant: Tenant) -> Page:
    return await browser_page(tenant, SETTINGS, person=await as_admin(tenant))


async def fill_in(page: Page) -> None:
    await page.locator("details summary", has_text="追加").click()
    for name, text in TYPED.items():
        await page.locator(f"[name='{name}']").fill(text)
    await page.get_by_label("口調").select_option("formal")
    await page.get_by_label("すべてのページに印を表示する").check()
    await page.get_by_label("祝日").check()
    data = io.BytesIO()
    Image.new("RGB", (300, 200), "#cc3366").save(data, "PNG")
    file = FilePayload(name="a.png", mimeType="image/png", buffer=data.getvalue())
    await page.locator("input[type=file][name=picture]").set_input_files(files=[file])


async def save(page: Page) -> None:
    await page.get_by_role("button", name="保存").click()


async def stored_of(owner: asyncpg.Connection, tenant: Tenant) -> str:
    sql = "SELECT settings::text FROM nakamise.plugin_switch WHERE tenant_id = $1 AND plugin = 'hello'"
    return str(await owner.fetchval(sql, tenant.id))


async def test_every_kind_is_filled_in_saved_and_shown_again(
    browser_page: BrowserPage, as_admin: As, tenant: Tenant, owner: asyncpg.Connection
) -> None:
    import msgspec

    page = await opened(browser_page, as_admin, tenant)
    await fill_in(page)
    await save(page)
    await expect(page.get_by_text("保存しました")).to_be_visible()
    text = await stored_of(owner, tenant)
    stored: dict[str, Any] = msgspec.json.decode(text)
    assert {name: stored[name] for name in STORED} == STORED
    assert "nobody-sees" not in text
    assert stored["api_key"].keys() == {"sealed"}
    [circle] = stored["circles"]
    assert (circle["label"], circle["rate"], circle["password"].keys()) == ("常連", 500, {"sealed"})
    for name, typed in TYPED.items():
        wanted = {"gift": "1980"}.get(name, "" if name.endswith(("api_key", "password")) else typed)
        await expect(page.locator(f"[name='{name}']")).to_have_value(wanted)
    assert "nobody-sees" not in await page.content()
    picture = page.locator("form img")
    await picture.scroll_into_view_if_needed()
    await expect(picture).to_have_js_property("complete", value=True)
    assert await picture.evaluate("picture => picture.naturalWidth") > 0


async def test_one_wrong_field_is_named_beside_its_control_and_nothing_is_lost(
    browser_page: BrowserPage, as_admin: As, tenant: Tenant, owner: asyncpg.Connection
) -> None:
    page = await opened(browser_page, as_admin, tenant)
    before = await stored_of(owner, tenant)
    await fill_in(page)
    await page.locator("[name='sender.address']").fill("nobody")
    await save(page)
    wrong = page.locator("[aria-invalid=true]")
    await expect(wrong).to_have_count(1)
    await expect(wrong).to_have_attribute("name", "sender.address")
    assert await wrong.evaluate(
        "control => document.getElementById(control.getAttribute('aria-describedby')).innerText.length > 0"
    )
    await expect(page.locator("[name=story]")).to_have_value("はじめまして。")
    await expect(page.locator("[name='circles.0.label']")).to_have_value("常連")
    assert await stored_of(owner, tenant) == before


# Each width and each scheme once; in full, each with each.
@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", 390),
        pytest.param("light", 1280, marks=pytest.mark.full),
        pytest.param("dark", 390, marks=pytest.mark.full),
        ("dark", 1280),
    ],
)
async def test_the_form_is_accessible(
    browser_page: BrowserPage, as_admin: As, tenant: Tenant, width: int, scheme: str
) -> None:
    page = await opened(browser_page, as_admin, tenant)
    await page.set_viewport_size({"width": width, "height": 900})
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await fill_in(page)
    await save(page)
    await page.locator("details summary", has_text="追加").click()
    await page.locator("[name='sender.address']").fill("nobody")
    await save(page)
    await expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=f"{folder}/settings-{width}-{scheme}.png", full_page=True)
    assert await axe_faults(page) == []
