"""A guest in three windows: the host invites in the studio, the guest comes by the link, a viewer sees both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from nakamise.settings import Settings
from nakamise.testing.chromium import find_chromium
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from nakamise.testing.server import free_port
from tests.plugins.livestream.sfu.worker.test_chromium import ARGUMENTS, FEW_PICTURES
from tests.plugins.livestream.stage import Stage, on_air
from tests.plugins.livestream.watch.window import DESKTOP, PHONE, window
from tests.plugins.livestream.whip.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.req("GL-10", "GA-49")]
TILE = ".livestream-tile video"
DECODED = f"(document.querySelector('{TILE}')?.getVideoPlaybackQuality().totalVideoFrames ?? 0)"


@pytest.fixture
async def live_server(settings: Settings, stage: Stage, tmp_path: Path) -> AsyncIterator[LiveServer]:
    """With a media worker of its own, which it keeps itself: rooms in memory are told by their own process only."""
    own = msgspec.structs.replace(settings, jobs=0, port=free_port(), data_dir=tmp_path)
    server = LiveServer(own)
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.stop)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        args = [*ARGUMENTS, FEW_PICTURES]
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=args)
        yield browser
        await browser.close()


async def test_a_guest_comes_is_seen_muted_and_removed(
    stage: Stage, presenter: Person, chromium: Browser, live_server: LiveServer
) -> None:
    broadcast = await on_air(presenter, title="ふたりで夜のリップ選び")
    base = live_server.url(stage.tenant)
    async with (
        window(chromium, base, DESKTOP, presenter) as host,
        window(chromium, base, PHONE) as guest,
        window(chromium, base, PHONE) as seen,
    ):
        await seen.page.goto(f"/livestream/{broadcast['id']}")
        await expect(seen.page.locator("[data-guests]")).to_be_hidden()
        await host.page.goto(f"/livestream/studio/{broadcast['id']}")
        await guest.page.goto(await _invites(host.page))
        assert await guest.faults() == []
        await _comes(guest.page)
        for page in (host.page, seen.page):
            await expect(page.locator(".livestream-tile [data-name]")).to_have_text("美咲")
            await _moves(page)
        await expect(host.page.locator("[data-guest-list] small")).to_have_text("出演中")
        for one in (host, seen):
            assert await one.faults() == []
        await _is_muted(host.page, guest.page, seen.page)
        await _is_removed(host.page, guest.page, seen.page)
        assert await guest.faults() == []
        assert (host.said, seen.said) == ([], [])


async def _invites(page: Page) -> str:
    await page.get_by_label("視聴者に表示する名前").fill("美咲")
    await page.get_by_role("button", name="招待リンクを作る").click()
    await expect(page.locator("[data-guest-list] small")).to_have_text("招待中")
    link = await page.locator("[data-guest-link] code").text_content()
    assert link
    return "/livestream/stage/" + link.rpartition("/")[2]


async def _comes(page: Page) -> None:
    await page.get_by_role("button", name="カメラとマイクを使う").click()
    await page.get_by_role("button", name="出演する").click()
    await expect(page.locator("[data-line-state]")).to_have_attribute("data-kind", "live", timeout=30_000)


async def _moves(page: Page) -> None:
    before = await page.evaluate(DECODED)

    async def moved() -> bool:
        return bool(await page.evaluate(DECODED) >= before + 5)

    await until(moved, within=30.0)


async def _is_muted(host: Page, guest: Page, seen: Page) -> None:
    await host.locator("[data-silence]").click()
    await expect(host.locator("[data-silence]")).to_have_attribute("aria-pressed", "true")
    await expect(seen.locator("[data-is-muted]")).to_be_visible()
    assert await seen.locator(TILE).evaluate("(video) => video.muted")
    await expect(guest.locator("[data-silenced]")).to_be_visible()


async def _is_removed(host: Page, guest: Page, seen: Page) -> None:
    await host.locator("[data-dismiss]").click()
    await host.get_by_role("dialog").get_by_role("button", name="外す").click()
    for page in (host, seen):
        await expect(page.locator(".livestream-tile")).to_have_count(0)
    await expect(host.locator("[data-guest-list] li")).to_have_count(0)
    await expect(guest.get_by_role("button", name="出演する")).to_be_visible(timeout=30_000)
