"""A buyer with a phone chooses day, hours and wrapping; staff at a desk write the file and read the numbers."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from nakamise.testing.live import LiveServer
from tests.plugins.shipping.depot import Depot
from tests.plugins.shipping.test_working_day import returned
from tests.plugins.shop.stall import Buyer

pytestmark = pytest.mark.browser
PATIENCE_MS = 15_000
NUMBER = "490714955706"


async def opened(browser: Browser, depot: Depot, url: str, who: Buyer, width: int, height: int) -> Page:
    context = await browser.new_context(locale="ja", viewport={"width": width, "height": height})
    sid = await depot.stall.browser_session(who)
    await context.add_cookies([{"name": "sid", "value": sid, "url": url}])
    return await context.new_page()


def listening(page: Page, faults: list[str]) -> None:
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))


@pytest.mark.req("CL-18", "CL-20", "CL-24", "CL-25")
async def test_choose_send_and_track(depot: Depot, live_server: LiveServer, browser: Browser) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    faults: list[str] = []
    url = f"http://{depot.stall.tenant.canonical_host}:{live_server.settings.port}"
    rouge = await depot.stall.goods("honten", "口紅", 2480, 9)
    buyer = await depot.stall.buyer("花子")
    await depot.stall.fill_cart(buyer, [(rouge, 1)])
    phone = await opened(browser, depot, url, buyer, 390, 844)
    listening(phone, faults)
    await phone.goto(f"{url}/shop/checkout/confirm?address={buyer.address_id}")
    await wishes_are_chosen(phone)
    await nothing_typed_is_lost(phone)
    paid = await depot.till(buyer).pay(phone.url.rsplit("/", 1)[-1], "tok_success")
    assert paid.status_code == 200, paid.text

    desk = await opened(browser, depot, url, depot.office.staff, 1280, 900)
    listening(desk, faults)
    rows = await the_file_is_written(desk, url)
    await numbers_are_read(desk, url, rows)
    await phone.goto(f"{url}/shop/orders/{rows[1][0]}")
    await expect(phone.locator(f"a[href*='{NUMBER}']")).to_be_visible()
    await expect(phone.locator("body")).to_contain_text("内祝")
    await expect(phone.locator("body")).to_contain_text("おめでとう")
    await desk.goto(f"{url}/admin/shipping/shops/{depot.stall.shops['honten']}?goods=5000&prefecture=東京都")
    await expect(desk.locator(".ship-trial")).to_contain_text("¥400")
    await desk.set_viewport_size({"width": 320, "height": 700})
    assert await desk.evaluate("document.documentElement.scrollWidth <= 320")
    assert faults == []


async def wishes_are_chosen(phone: Page) -> None:
    await expect(phone.locator("[data-due]").first).to_have_text("¥3,280")
    box = phone.locator(".ship-wish")
    await box.get_by_label("お届け日", exact=False).first.select_option(index=3)
    await box.get_by_label("時間帯").select_option("1820")
    await box.get_by_label("包装", exact=False).select_option("paper")
    await box.get_by_label(re.compile("^のし(?!の)")).select_option("内祝")
    await box.get_by_label("のしのお名前").fill("山田")
    await box.get_by_role("button", name="この内容で指定する").click()
    await expect(phone.locator("body")).to_contain_text("お届けのご希望を承りました")
    await expect(phone.locator("[data-due]").first).to_have_text("¥3,720")
    await expect(phone.locator(".n-total").first).to_contain_text("包装紙")
    assert await phone.evaluate("document.documentElement.scrollWidth <= 390")


async def nothing_typed_is_lost(phone: Page) -> None:
    """A wish that was not sent is sent first, and what it costs is confirmed."""
    await phone.locator(".ship-wish").get_by_label("メッセージカード").fill("おめでとう")
    await phone.get_by_role("button", name=re.compile("注文を確定する")).click()
    await expect(phone.locator(".ship-wish").get_by_label("メッセージカード")).to_have_text("おめでとう")
    await expect(phone).to_have_url(re.compile("/shop/checkout/confirm"))
    await phone.get_by_role("button", name=re.compile("注文を確定する")).click()
    await expect(phone).to_have_url(re.compile("/shop/checkout/pay/"))


async def the_file_is_written(desk: Page, url: str) -> list[list[str]]:
    await desk.goto(f"{url}/admin/shipping/slips")
    await expect(desk.locator("table")).to_contain_text("18時〜20時")
    await desk.get_by_role("button", name="送り状を確認する").click()
    await expect(desk.locator("table")).to_contain_text("問題なし")
    await desk.get_by_role("button", name="ファイルを書き出す").click()
    async with desk.expect_download() as started:
        await desk.get_by_role("link", name="ダウンロード").click()
    data = (await (await started.value).path()).read_bytes()
    rows = list(csv.reader(io.StringIO(data.decode("cp932"))))
    assert (len(rows), len(rows[0])) == (2, 95)
    return rows


async def numbers_are_read(desk: Page, url: str, rows: list[list[str]]) -> None:
    await desk.goto(f"{url}/admin/shipping/tracking")
    file: FilePayload = {
        "name": "b2.csv",
        "mimeType": "text/csv",
        "buffer": returned(rows, {rows[1][0]: NUMBER}),
    }
    await desk.locator("input[type=file]").set_input_files(file)
    await desk.get_by_role("button", name="アップロードして確認").click()
    await expect(desk.locator("table")).to_contain_text("発送します")
    await desk.get_by_role("button", name="反映する").click()
    await desk.locator("dialog[open]").get_by_role("button", name="反映する").click()
    await expect(desk.locator("table")).to_contain_text("発送")
    await expect(desk.locator("body")).to_contain_text("発送: 1件")
