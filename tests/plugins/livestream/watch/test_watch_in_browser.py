"""The watch page in Chromium: chat, the product that is shown, buying over the picture, and how it ends."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from tests.plugins.livestream.stage import Stage, on_air
from tests.plugins.livestream.watch.window import DESKTOP, PHONE, window

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_guest_sees_what_is_shown_and_puts_it_into_the_cart(
    stage: Stage,
    presenter: Person,
    goods: list[str],
    chromium: Browser,
    live_server: LiveServer,
    size: tuple[int, int],
) -> None:
    made = await on_air(presenter, title="夜のリップ選び")
    studio = f"/studio/broadcasts/{made['id']}"
    base = live_server.url(stage.tenant)
    async with window(chromium, base, DESKTOP, presenter) as host, window(chromium, base, size) as seen:
        await host.page.goto("/livestream/apply")
        await host.do("PUT", f"{studio}/products", {"product_ids": goods})
        page = seen.page
        await page.goto(f"/livestream/{made['id']}")
        await expect(page.get_by_role("link", name="ログインしてコメント")).to_be_visible()
        assert await seen.faults() == []
        await host.do("PUT", f"{studio}/pin", {"product_id": goods[0]})
        pin = page.locator(".livestream-pin")
        await expect(pin).to_contain_text("口紅")
        await expect(pin).to_contain_text("¥1,980")
        async with stage.ctx.begin() as tx:
            await tx.execute(
                "UPDATE shop_stock s SET on_hand = 3 FROM shop_variant v"
                " WHERE v.id = s.variant_id AND v.product_id::text = $1",
                goods[0],
            )
        await host.do("PUT", f"{studio}/products", {"product_ids": goods})
        await expect(pin).to_contain_text("残り3点")
        await pin.locator("[aria-haspopup]").click()
        sheet = page.get_by_role("dialog")
        await expect(sheet.get_by_role("button", name="カートに入れる")).to_be_enabled()
        assert await seen.faults() == []
        await sheet.get_by_role("button", name="カートに入れる").click()
        await expect(page.locator("#shop-badge .n-count")).to_contain_text("1")
        await expect(sheet).to_be_hidden()
        await host.do("POST", f"{studio}/end", {})
        await expect(page.get_by_text("配信は終了しました")).to_be_visible()
        assert await seen.faults() == []


@pytest.mark.req("LC-2.3.1")
async def test_somebody_writes_and_reads(
    stage: Stage, presenter: Person, viewer: Person, chromium: Browser, live_server: LiveServer
) -> None:
    made = await on_air(presenter)
    base = live_server.url(stage.tenant)
    chat = f"/broadcasts/{made['id']}/chat"
    async with (
        window(chromium, base, DESKTOP, presenter) as host,
        window(chromium, base, PHONE, viewer) as seen,
    ):
        await host.page.goto("/livestream/apply")
        page = seen.page
        await page.goto(f"/livestream/{made['id']}")
        field = page.get_by_role("textbox", name="コメント")
        await field.fill("あ" * 203)
        await expect(page.get_by_text("3文字オーバーです")).to_be_visible()
        await field.press("Enter")
        assert await stage.value("SELECT count(*) FROM livestream_comment") == 0
        await field.fill("  ")
        await field.press("Enter")
        assert await stage.value("SELECT count(*) FROM livestream_comment") == 0
        await field.fill("この色かわいい！")
        await field.press("Enter")
        line = page.locator("[data-lines] li", has_text="この色かわいい！")
        await expect(line).to_have_count(1)
        assert await seen.faults() == []
        id_ = await line.get_attribute("data-line-id")
        await host.do("DELETE", f"{chat}/lines/{id_}")
        await expect(line).to_have_count(0)
        await host.do("PUT", f"{chat}/mode", {"is_open": False, "slow_s": 0})
        await expect(field).to_be_disabled()
