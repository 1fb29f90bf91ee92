"""A host's whole way in Chromium with a fake camera: from no broadcast at all to the numbers after its end."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from nakamise.testing.chromium import find_chromium
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from nakamise_livestream.whip import chores
from tests.plugins.livestream.sfu.worker.test_chromium import ARGUMENTS
from tests.plugins.livestream.stage import Stage
from tests.plugins.livestream.watch.window import DESKTOP, PHONE, Window, window
from tests.plugins.livestream.whip.conftest import media

__all__ = ["media"]
pytestmark = pytest.mark.browser
SAID = {"text": "こんばんは", "key": "0192d6a0-0000-7000-8000-000000000001"}


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        await browser.close()


async def _plan(seen: Window) -> str:
    """A broadcast with two products and a run-sheet of one item; its id."""
    page = seen.page
    await page.goto("/livestream/studio/new")
    assert await seen.faults() == []
    await page.get_by_label("タイトル").fill("夜のリップ選び😀")
    await expect(page.locator("[data-count=f-title] [data-counted]")).to_have_text("8")
    await page.get_by_role("button", name="配信を作成").click()
    await page.get_by_role("button", name="追加: 口紅").click()
    await page.get_by_role("button", name="追加: 石鹸").click()
    await expect(page.locator("[data-goods-said]")).to_have_text("保存しました。")
    await page.get_by_role("button", name="上へ: 石鹸").click()
    await expect(page.locator("[data-chosen] li b").first).to_have_text("1. 石鹸")
    await page.get_by_role("button", name="項目を追加").click()
    await page.get_by_label("項目", exact=True).fill("口紅の紹介")
    await page.locator("[data-k=product_id]").select_option(label="口紅")
    await page.get_by_role("button", name="台本を保存").click()
    await expect(page.locator("[data-sheet-said]")).to_have_text("保存しました。")
    assert await seen.faults() == []
    return page.url.split("/")[-2]


async def _start(seen: Window) -> None:
    """The start is held by the check, and by what the shop lacks, until somebody goes without."""
    page = seen.page
    start = page.get_by_role("button", name="配信を開始", exact=True)
    await expect(start).to_be_disabled()
    assert await seen.faults() == []
    await page.get_by_role("button", name="接続をテスト").click()
    await expect(page.locator("[data-advice]")).to_contain_text("サーバー", timeout=30_000)
    await expect(page.locator("[data-advice] [data-kind=bad]")).to_have_count(0)
    await expect(start).to_be_disabled()
    await page.get_by_role("button", name="チェックせずに開始する").click()
    await start.click()
    await page.get_by_role("dialog").get_by_role("button", name="配信を開始").click()
    await expect(page.locator("[data-studio]")).to_have_attribute("data-state", "live")
    await _sends(page)


async def _sends(page: Page) -> None:
    await expect(page.locator("[data-line-state]")).to_have_attribute("data-kind", "live", timeout=30_000)


async def _moderate(seen: Window) -> None:
    line = seen.page.locator("[data-lines] li", has_text=SAID["text"])
    await line.locator("summary").click()
    assert await seen.faults() == []
    await line.get_by_role("button", name="削除").click()
    await expect(line).to_have_count(0)


@pytest.mark.req("LC-7.4.4", "LC-7.4.5", "LC-7.4.6", "GA-05", "GA-08", "GA-11", "AR-10", "LC-0.29")
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_host_plans_checks_goes_live_sells_and_reads_the_numbers(
    stage: Stage,
    presenter: Person,
    viewer: Person,
    goods: list[str],
    chromium: Browser,
    live_server: LiveServer,
    size: tuple[int, int],
) -> None:
    async with window(chromium, live_server.url(stage.tenant), size, presenter) as seen:
        page = seen.page
        id_ = await _plan(seen)
        await page.goto(f"/livestream/studio/{id_}")
        await _start(seen)
        await page.get_by_role("button", name="次へ：口紅の紹介").click()
        lipstick = page.locator(f'[data-good="{goods[0]}"] [data-pin]')
        await expect(lipstick).to_have_attribute("aria-pressed", "true")
        async with window(chromium, live_server.url(stage.tenant), PHONE, viewer) as other:
            await other.page.goto("/livestream/apply")
            await other.do("POST", f"/broadcasts/{id_}/chat/lines", SAID)
            await other.do("POST", f"/broadcasts/{id_}/interest", {"product_id": goods[0], "act": "open"})
        await _moderate(seen)
        await expect(page.locator("[data-n=clicks]")).to_have_text("1", timeout=10_000)
        await page.get_by_role("button", name="一時停止").click()
        await expect(page.locator("[data-studio]")).to_have_attribute("data-state", "paused")
        await page.locator("[data-act=resume]").click()
        await expect(page.locator("[data-studio]")).to_have_attribute("data-state", "live")
        await chores.cut(stage.ctx, uuid.UUID(id_))
        await expect(page.locator("[data-line-state]")).to_have_attribute("data-kind", "reconnecting")
        await _sends(page)
        assert await seen.faults() == []
        await page.get_by_role("button", name="終了", exact=True).click()
        await page.get_by_role("dialog").get_by_role("button", name="終了する").click()
        await expect(page.locator("[data-studio]")).to_have_attribute("data-state", "ended")
        await expect(page.get_by_role("heading", name="配信の結果")).to_be_visible()
        await expect(page.locator("[data-sold] tr", has_text="口紅")).to_contain_text("1")
        assert await seen.faults() == []
        await page.goto("/livestream/studio")
        await expect(page.locator("main")).to_contain_text(re.compile("夜のリップ選び"))
        assert await seen.faults() == []
