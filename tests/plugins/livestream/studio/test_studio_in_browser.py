"""The studio in Chromium with a fake camera: preview, going live, showing a product, moderating, ending."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from tests.plugins.livestream.stage import API, Stage, ok, planned
from tests.plugins.livestream.watch.window import DESKTOP, PHONE, window

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_host_goes_live_shows_a_product_moderates_and_ends(
    stage: Stage,
    presenter: Person,
    viewer: Person,
    goods: list[str],
    chromium: Browser,
    live_server: LiveServer,
    size: tuple[int, int],
) -> None:
    made = await planned(presenter, title="夜のリップ選び")
    await ok(
        await presenter.client.put(
            f"{API}/studio/broadcasts/{made['id']}/products", json={"product_ids": goods}
        )
    )
    async with window(chromium, live_server.url(stage.tenant), size, presenter) as seen:
        page = seen.page
        await page.goto(f"/livestream/studio/{made['id']}")
        assert await seen.faults() == []
        await page.get_by_role("button", name="配信を開始").click()
        await page.get_by_role("dialog").get_by_role("button", name="配信を開始").click()
        await expect(page.locator("[data-studio]")).to_have_attribute("data-state", "live")
        show = page.locator(f'[data-good="{goods[1]}"] [data-pin]')
        await show.click()
        await expect(show).to_have_attribute("aria-pressed", "true")
        said = {"text": "こんばんは", "key": "0192d6a0-0000-7000-8000-000000000001"}
        async with window(chromium, live_server.url(stage.tenant), PHONE, viewer) as other:
            await other.page.goto("/livestream/apply")
            await other.do("POST", f"/broadcasts/{made['id']}/chat/lines", said)
        line = page.locator("[data-lines] li", has_text="こんばんは")
        await line.locator("summary").click()
        assert await seen.faults() == []
        await line.get_by_role("button", name="削除").click()
        await expect(line).to_have_count(0)
        await page.locator("details.livestream-obs > summary").click()
        await page.get_by_role("button", name="新しいトークンを発行").click()
        await expect(page.locator("[data-key]")).to_have_text(re.compile(r"^[\w-]{30,}$"))
        await page.get_by_role("button", name="終了", exact=True).click()
        await page.get_by_role("dialog").get_by_role("button", name="終了する").click()
        await expect(page.locator("[data-studio]")).to_have_attribute("data-state", "ended")
        assert await seen.faults() == []
