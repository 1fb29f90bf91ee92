"""One evening with moving pictures: watch, talk, buy beside the picture, lose the sender, see the end."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator

import msgspec
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from nakamise.ids import uuid7
from nakamise.settings import Settings
from nakamise.testing.chromium import find_chromium
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from nakamise.testing.server import free_port
from tests.alone import others_rest
from tests.plugins.livestream.sfu.worker.test_chromium import ARGUMENTS, FEW_PICTURES
from tests.plugins.livestream.stage import Stage, on_air
from tests.plugins.livestream.watch.window import DESKTOP, PHONE, Window, window
from tests.plugins.livestream.whip.waiting import until
from tests.plugins.shop.stall import address_row, insert

pytestmark = pytest.mark.browser

# A job tells of it, on a machine that does much else.
JOB_MS = 20_000
PUBLISH = """async (url) => {
    const {publish} = await import("livestream/whip");
    const stream = await navigator.mediaDevices.getUserMedia({audio: true, video: {height: 360}});
    window.sending = publish(stream, url, {codecs: ["VP8"]});
    await window.sending.live();
}"""
# What the page said of its picture, and its connections: both from outside of its own code.
WITNESS = """
window.said = [];
window.connections = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) { super(...given); window.connections.push(this); }
};
new MutationObserver(() => {
    for (const line of document.querySelectorAll("[data-line]:not([hidden])")) {
        if (window.said.at(-1) !== line.dataset.line) window.said.push(line.dataset.line);
    }
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ["hidden"]});
"""
FRAMES = """async () => {
    let frames = 0;
    for (const connection of window.connections) {
        for (const one of (await connection.getStats()).values()) frames += one.framesDecoded ?? 0;
    }
    return frames;
}"""


@pytest.fixture
async def stage(make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor) -> AsyncIterator[Stage]:
    tenant = await make_tenant(plugins=("livestream", "shop", "payments_sandbox", "social", "webhooks"))
    made = Stage(tenant, ctx_for(tenant), client, ctx_for)
    yield made
    assert await made.broken() == []


@pytest.fixture
async def live_server(settings: Settings, stage: Stage) -> AsyncIterator[LiveServer]:
    """With background jobs: what others buy is told by one."""
    async with others_rest(settings, stage.tenant.id):
        server = LiveServer(msgspec.structs.replace(settings, jobs=1, port=free_port()))
        server.start()
        yield server
        server.stop()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        args = [*ARGUMENTS, FEW_PICTURES]
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=args)
        yield browser
        await browser.close()


@pytest.mark.req(
    "LC-0.3", "LC-2.2.1", "LC-2.2.2", "LC-2.2.3", "LC-2.2.4", "LC-2.3.2", "GL-13", "GA-14", "GA-30"
)
async def test_an_evening(
    stage: Stage,
    presenter: Person,
    viewer: Person,
    goods: list[str],
    chromium: Browser,
    live_server: LiveServer,
) -> None:
    made = await on_air(presenter, title="夜のリップ選び")
    async with stage.ctx.begin() as tx:
        await insert(tx, "core_address", address_row(uuid7(), viewer.id, "視聴者"))
    base = live_server.url(stage.tenant)
    async with (
        window(chromium, base, DESKTOP, presenter) as host,
        window(chromium, base, PHONE, viewer) as seen,
    ):
        await seen.page.add_init_script(WITNESS)
        await host.page.goto("/livestream/apply")
        await host.do("PUT", f"/studio/broadcasts/{made['id']}/products", {"product_ids": goods})
        await _pictures_come(host, seen, made["id"])
        await _talks(seen.page)
        await _puts_into_the_cart_and_out(host, seen.page, made["id"], goods[0])
        await _buys_beside_the_picture(seen)
        await _the_sender_goes_and_comes(host, seen.page, made["id"])
        await _everybody_sees_the_end(host, seen, made["id"])
        assert (host.said, seen.said) == ([], [])


async def _pictures_come(host: Window, seen: Window, id_: str) -> None:
    page = seen.page
    await page.goto(f"/livestream/{id_}")
    await expect(page.get_by_text("配信者の映像を待っています")).to_be_visible()
    await host.page.evaluate(PUBLISH, f"/livestream/{id_}/whip")
    await _frames_grow(page)
    await _has_said(page, "receiving")
    await expect(page.locator(".livestream-hud [role=status]")).to_contain_text("フォロワー 0")
    await expect(page.get_by_role("link", name="配信一覧に戻る")).to_have_attribute("href", "/livestream")


async def _frames_grow(page: Page) -> None:
    """At least ten more than now."""
    before = await page.evaluate(FRAMES)

    async def grown() -> bool:
        return bool(await page.evaluate(FRAMES) >= before + 10)

    await until(grown, within=20.0)


async def _has_said(page: Page, line: str) -> None:
    async def said() -> bool:
        return line in await page.evaluate("window.said")

    await until(said)


async def _talks(page: Page) -> None:
    field = page.get_by_role("textbox", name="コメント")
    await field.fill("この色かわいい！")
    await field.press("Enter")
    line = page.locator("[data-lines] li", has_text="この色かわいい！")
    await expect(line.locator("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))


async def _puts_into_the_cart_and_out(host: Window, page: Page, id_: str, product: str) -> None:
    await host.do("PUT", f"/studio/broadcasts/{id_}/pin", {"product_id": product})
    pin = page.locator(".livestream-pin")
    await expect(pin).to_contain_text("口紅")
    started = await page.evaluate("window.began = performance.timeOrigin")
    await pin.get_by_role("button", name="カートに入れる").click()
    badge = page.locator("#shop-badge .n-count")
    await expect(badge).to_contain_text("1")
    await page.get_by_role("status").get_by_role("button", name="元に戻す").click()
    await expect(badge).to_have_count(0)
    assert await page.evaluate("performance.timeOrigin") == started
    await _frames_grow(page)


async def _buys_beside_the_picture(seen: Window) -> None:
    """Two taps until the order is made."""
    page = seen.page
    await page.locator(".livestream-pin").get_by_role("button", name="今すぐ購入").click()
    shop = page.frame_locator("[data-browse] iframe")
    confirm = shop.get_by_role("button", name="注文を確定する")
    await expect(confirm).to_contain_text("¥2,530")
    for words in ("未使用に限り到着後8日以内", "3営業日以内に発送", "ご注文の確定時"):
        await expect(shop.get_by_text(words).first).to_be_attached()
    await _frames_grow(page)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await seen.faults() == []
    await confirm.click()
    await shop.locator("[data-sandbox-card] summary").click()
    await shop.get_by_role("button", name="4242 4242 4242 4242").click()
    await shop.get_by_role("button", name="支払う").click()
    await expect(shop.get_by_role("heading", level=1)).to_contain_text("ありがとう")
    await _frames_grow(page)
    await page.keyboard.press("Escape")
    await expect(page.locator("[data-browse]")).to_be_hidden()
    await expect(page.locator(".livestream-pin")).to_contain_text("残り9点", timeout=JOB_MS)
    await expect(page.locator("[data-happened=bought]")).to_contain_text(
        "視聴者さんが1番を購入しました", timeout=JOB_MS
    )
    await _frames_grow(page)


async def _the_sender_goes_and_comes(host: Window, page: Page, id_: str) -> None:
    await host.page.evaluate("window.sending.stop()")
    await _has_said(page, "reconnecting")
    await host.page.evaluate(PUBLISH, f"/livestream/{id_}/whip")
    await _frames_grow(page)


async def _everybody_sees_the_end(host: Window, seen: Window, id_: str) -> None:
    began = time.monotonic()
    await host.do("POST", f"/studio/broadcasts/{id_}/end", {})
    await expect(seen.page.get_by_text("配信は終了しました")).to_be_visible()
    assert time.monotonic() - began < 2.0
    await expect(seen.page.locator("[data-end-goods] button")).to_have_count(3)
    assert await seen.faults() == []
