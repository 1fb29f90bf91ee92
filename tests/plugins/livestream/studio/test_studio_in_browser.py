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
from tests.plugins.livestream.sfu.worker.test_chromium import ARGUMENTS, FEW_PICTURES
from tests.plugins.livestream.stage import Stage
from tests.plugins.livestream.watch.window import DESKTOP, PHONE, Window, window
from tests.plugins.livestream.whip.conftest import media
from tests.plugins.livestream.whip.waiting import until

__all__ = ["media"]
pytestmark = pytest.mark.browser
CONNECTIONS = """
window.connections = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) { super(...given); window.connections.push(this); }
};
"""
SENT = """async () => {
    let frames = 0;
    const open = window.connections.filter((one) => one.connectionState === "connected");
    for (const one of (await open[0].getStats()).values()) frames += one.framesSent ?? 0;
    return {open: open.length, made: window.connections.length, frames};
}"""
CAMERA = "document.querySelector('[data-preview]').srcObject.getVideoTracks()[0].getSettings().deviceId"
SAID = {"text": "こんばんは", "key": "0192d6a0-0000-7000-8000-000000000001"}


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        # The second one makes pictures of depth, which nobody can send.
        args = [*ARGUMENTS, f"{FEW_PICTURES},device-count=3"]
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=args)
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


async def _changes_the_camera(page: Page) -> None:
    """What is sent goes on, on the same connection."""
    camera, before = await page.evaluate(CAMERA), await page.evaluate(SENT)
    await expect(page.locator("[data-flip]")).to_be_enabled()
    await page.locator("[data-device=videoinput]").select_option(index=2)

    async def changed() -> bool:
        return bool(await page.evaluate(CAMERA) != camera)

    await until(changed)
    at_once = await page.evaluate(SENT)

    async def goes_on() -> bool:
        return bool((await page.evaluate(SENT))["frames"] > at_once["frames"])

    await until(goes_on)
    assert (at_once["open"], at_once["made"]) == (1, before["made"])
    await expect(page.locator("[data-line-state]")).to_have_attribute("data-kind", "live")


async def _is_offline_for_a_moment(page: Page) -> None:
    away = page.locator("[data-numbers-away]")
    await expect(away).to_be_hidden()
    await page.context.set_offline(True)
    await expect(away).to_be_visible()
    await page.context.set_offline(False)
    await expect(away).to_be_hidden()


async def _keeps_the_recording_private(page: Page) -> None:
    switch = page.get_by_role("switch", name="終了後にアーカイブを公開する")
    await expect(switch).to_be_checked()
    async with page.expect_response(lambda answer: answer.url.endswith("/archive")) as told:
        await switch.click()
    assert (await told.value).status == 200
    await expect(switch).not_to_be_checked()


async def _moderate(seen: Window) -> None:
    line = seen.page.locator("[data-lines] li", has_text=SAID["text"])
    await line.locator("summary").click()
    assert await seen.faults() == []
    await line.get_by_role("button", name="削除").click()
    await expect(line).to_have_count(0)


@pytest.mark.req("LC-7.4.4", "LC-7.4.5", "LC-7.4.6", "GA-05", "GA-08", "GA-11", "AR-10", "LC-0.29", "GL-18")
@pytest.mark.parametrize(
    "size", [PHONE, pytest.param(DESKTOP, marks=pytest.mark.full)], ids=["phone", "desktop"]
)
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
        await page.add_init_script(CONNECTIONS)
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
        await _changes_the_camera(page)
        await _is_offline_for_a_moment(page)
        await _keeps_the_recording_private(page)
        await expect(page.locator("[data-n=clicks]")).to_have_text("1", timeout=10_000)
        await page.get_by_role("button", name="一時停止").click()
        await expect(page.locator("[data-studio]")).to_have_attribute("data-state", "paused")
        await page.locator("[data-act=resume]").click()
        await expect(page.locator("[data-studio]")).to_have_attribute("data-state", "live")
        before = await page.evaluate("window.connections.length")
        await chores.cut(stage.ctx, uuid.UUID(id_))

        async def has_come_again() -> bool:
            return bool(await page.evaluate("window.connections.length") > before)

        await until(has_come_again)
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
