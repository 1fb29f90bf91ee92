"""A recording in Chromium: it plays, a product leads to its second, comments come in step, and it sells."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from nakamise.ids import uuid7
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.rtc import publisher
from tests.plugins.livestream.stage import Json, Stage, act, ok, on_air
from tests.plugins.livestream.watch.window import DESKTOP, PHONE, Window, window
from tests.plugins.livestream.whip.rtc import send
from tests.plugins.livestream.whip.waiting import until
from tests.plugins.shop.stall import Stall, address_row, insert

pytestmark = pytest.mark.browser
API = "/api/livestream"
AT = "document.querySelector('[data-video]').currentTime"
FRAMES = "document.querySelector('[data-video]').getVideoPlaybackQuality().totalVideoFrames"
FOLDER = os.environ.get("SCREENSHOTS")


@pytest.fixture
async def stage(make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor) -> AsyncIterator[Stage]:
    tenant = await make_tenant(plugins=("livestream", "shop", "payments_sandbox", "webhooks"))
    made = Stage(tenant, ctx_for(tenant), client, ctx_for)
    yield made
    assert await made.broken() == []


@pytest.fixture
async def goods(stage: Stage) -> list[str]:
    """口紅 can be bought, 石鹸 is sold out."""
    stall = Stall(stage.tenant, stage.ctx, stage.ctx_for)
    await stall.shop("honten", "LC")
    await stall.goods("honten", "口紅", 1980, 10)
    await stall.goods("honten", "石鹸", 880, 1)
    async with stage.ctx.begin() as tx:
        await tx.execute(
            "UPDATE shop_stock s SET on_hand = 0 FROM shop_variant v JOIN shop_product p ON p.id = v.product_id"
            " WHERE v.id = s.variant_id AND p.name = '石鹸'"
        )
        return [str(id_) for id_ in await tx.values("SELECT id FROM shop_product ORDER BY id")]


async def recorded(stage: Stage, presenter: Person, viewer: Person, goods: list[str]) -> Json:
    """Some seconds with a product pinned after four, and a comment then."""
    broadcast = await on_air(presenter, title="春の新色リップ選び")
    one = f"{API}/studio/broadcasts/{broadcast['id']}"
    await ok(await presenter.client.put(f"{one}/products", json={"product_ids": goods}))
    async with publisher("H264", EncodedTrack()) as sender:
        await send(presenter.client, f"/livestream/{broadcast['id']}/whip", sender)

        async def is_recorded() -> bool:
            return bool(await stage.value("SELECT count(*) FROM livestream_segment"))

        await until(is_recorded, within=30.0)
        await ok(await presenter.client.put(f"{one}/pin", json={"product_id": goods[0]}))
        line = {"text": "この色かわいい！", "key": "01a1fe8b-a49e-7d77-aa09-bf74f08266bb"}
        await ok(await viewer.client.post(f"{API}/broadcasts/{broadcast['id']}/chat/lines", json=line))
        await asyncio.sleep(3)
        await ok(await act(presenter, broadcast, "end"))

    async def is_whole() -> bool:
        return int(await stage.value("SELECT count(*) FROM livestream_segment")) >= 2

    await until(is_whole, within=10.0)
    return broadcast


async def shoot(seen: Window, name: str) -> None:
    if FOLDER:
        await seen.page.screenshot(path=f"{FOLDER}/{name}.png", full_page=True)


async def _puts_into_the_cart_from_the_sheet(seen: Window) -> None:
    page = seen.page
    await page.locator("[data-good]").get_by_role("button", name="1. 口紅").click()
    sheet = page.get_by_role("dialog")
    add = sheet.get_by_role("button", name="カートに入れる")
    await expect(add).to_be_enabled()
    await expect(sheet.get_by_role("button", name="今すぐ購入")).to_contain_text("¥1,980")
    assert await seen.faults() == []
    await add.click()
    await expect(sheet).to_be_hidden()
    await expect(page.locator("#shop-badge .n-count")).to_contain_text("1")


async def _buys_and_comes_back(seen: Window, pinned_s: float) -> None:
    """To the order in two taps; going back shows the same moment."""
    page = seen.page
    await page.locator("[data-video]").evaluate("video => video.pause()")
    await page.locator("[data-seek-bar]").fill(str(pinned_s))
    assert await seen.faults() == []
    here = page.url
    await page.locator("[data-good]", has_text="口紅").get_by_role("button", name="今すぐ購入").click()
    confirm = page.get_by_role("button", name="注文を確定する")
    await expect(confirm).to_contain_text("¥4,")
    await page.go_back()
    await expect(page).to_have_url(here)

    async def is_there() -> bool:
        return bool(abs(await page.evaluate(AT) - pinned_s) < 1)

    await until(is_there)
    await page.go_forward()
    await confirm.click()
    await expect(page.locator("[data-sandbox-card]")).to_be_visible()


@pytest.mark.req("BX-07", "GL-03", "LC-2.2.2")
async def test_a_recording_plays_and_sells(
    stage: Stage,
    presenter: Person,
    viewer: Person,
    goods: list[str],
    chromium: Browser,
    live_server: LiveServer,
) -> None:
    broadcast = await recorded(stage, presenter, viewer, goods)
    async with stage.ctx.begin() as tx:
        await insert(tx, "core_address", address_row(uuid7(), viewer.id, "視聴者"))
    base = live_server.url(stage.tenant)
    async with window(chromium, base, PHONE, viewer) as seen:
        page = seen.page
        await page.goto(f"/livestream/{broadcast['id']}")
        jump = page.get_by_role("button", name="口紅").first
        await expect(jump).to_be_enabled()
        pinned_s = float(await jump.get_attribute("data-seek") or 0)
        assert pinned_s > 2
        await jump.click()

        async def plays_on() -> bool:
            return bool(await page.evaluate(f"{AT} > {pinned_s + 0.5} && {FRAMES} > 10"))

        await until(plays_on, within=10.0)
        assert await page.evaluate(AT) < pinned_s + 10
        await expect(page.locator("[data-good][data-now]")).to_contain_text("口紅")
        await expect(page.locator("[data-lines]")).to_contain_text("この色かわいい！")
        await page.keyboard.press("Escape")
        await page.locator("[data-seek-bar]").fill("0")
        await expect(page.locator("[data-lines]")).not_to_contain_text("この色かわいい！")
        sold_out = page.locator("[data-good]", has_text="石鹸")
        await expect(sold_out).to_contain_text("売り切れ")
        await expect(sold_out.get_by_role("button", name="カートに入れる")).to_be_disabled()
        await _puts_into_the_cart_from_the_sheet(seen)
        assert await stage.value("SELECT views FROM livestream_recording") == 1
        await shoot(seen, "phone")
        await _buys_and_comes_back(seen, pinned_s)
    assert await stage.value("SELECT sum(quantity)::int FROM livestream_sale") == 2
    async with window(chromium, base, DESKTOP, presenter) as host:
        page = host.page
        await page.goto(f"/livestream/{broadcast['id']}")
        await page.get_by_label("チャプター").fill("0:00 はじまり\n0:03 口紅")
        await page.get_by_role("button", name="保存").click()
        await expect(page.get_by_role("button", name="0:03 口紅")).to_be_visible()
        await shoot(host, "desktop")
        assert await host.faults() == []
        await page.get_by_role("button", name="非公開にする").click()
        await expect(page.get_by_role("button", name="公開する")).to_be_visible()
        await page.goto("/livestream/archive")
        await expect(page.get_by_text("アーカイブはまだありません")).to_be_visible()
        assert await host.faults() == []
