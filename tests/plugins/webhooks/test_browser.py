"""An administrator adds an endpoint, tests it and reads what came back; on a phone and on a desktop."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from nakamise.plugin import Tenant
from nakamise.testing.chromium import cookies_of
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from tests.axe import axe_faults
from tests.plugins.webhooks.receiver import Receiver, reply
from tests.plugins.webhooks.test_crash import server

__all__ = ["server"]
pytestmark = pytest.mark.browser
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


@pytest.fixture(params=["phone", pytest.param("desktop", marks=pytest.mark.full)])
async def window(
    request: pytest.FixtureRequest, chromium: Browser, server: LiveServer, shop: Tenant, admin: Person
) -> AsyncIterator[Page]:
    width, height = SIZES[request.param]
    async with await chromium.new_context(
        locale="ja-JP", viewport={"width": width, "height": height}, base_url=server.url(shop)
    ) as context:
        context.set_default_timeout(8000)
        await context.add_cookies(cookies_of(admin))
        yield await context.new_page()


async def faults(page: Page) -> list[str]:
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    sideways = [f"{wide} px too wide"] if wide > 0 else []
    return [*await axe_faults(page), *sideways]


async def test_from_nothing_to_a_repeated_delivery(window: Page, receiver: Receiver) -> None:
    page = window
    console: list[str] = []
    page.on("console", lambda line: console.append(line.text) if line.type == "error" else None)
    await page.goto("/admin/webhooks")
    await expect(page.get_by_text("Webhookはまだありません")).to_be_visible()
    assert await faults(page) == []

    await page.get_by_role("link", name="送信先を追加").click()
    await page.get_by_label("選んだものだけ").check()
    await page.locator("#f-url").fill("http://10.0.0.1/")
    await page.get_by_role("button", name="追加して").click()
    await expect(page.get_by_text("イベントを1つ以上選んでください。").first).to_be_visible()
    assert await faults(page) == []
    await page.get_by_label("shop.order_paid.1").check()
    await page.get_by_role("button", name="追加して").click()
    await expect(
        page.get_by_text("公開されたインターネット上のアドレスではありません。").first
    ).to_be_visible()
    await page.locator("#f-url").fill(receiver.url)
    await page.get_by_role("button", name="追加して").click()
    await expect(page.locator("code", has_text="whsec_")).to_be_visible()
    assert await faults(page) == []

    await page.get_by_role("link", name="コピーしました").click()
    await expect(page.get_by_text("まだ何も送信していません")).to_be_visible()
    assert await faults(page) == []

    receiver.replies = [reply(500, "content-type: text/plain", body=b"<b>broken</b>")]
    await page.get_by_role("button", name="テストを送信").click()
    await expect(
        page.get_by_text("webhook-signature").or_(page.get_by_text("まだ送信していません"))
    ).to_be_visible()
    for _ in range(50):
        if await page.get_by_text("<b>broken</b>").is_visible():
            break
        await page.wait_for_timeout(200)
        await page.reload()
    await expect(page.get_by_text("<b>broken</b>")).to_be_visible()
    assert await faults(page) == []

    await page.get_by_role("button", name="もう一度送る").click()
    for _ in range(50):
        if await page.get_by_text("HTTP 200").is_visible():
            break
        await page.wait_for_timeout(200)
        await page.reload()
    await expect(page.get_by_text("HTTP 200")).to_be_visible()
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    await page.goto("/admin/webhooks/log?state=delivered")
    await expect(page.get_by_role("link", name="webhooks.test.1")).to_be_visible()
    assert await faults(page) == []
    assert [line for line in console if "422" not in line] == []
