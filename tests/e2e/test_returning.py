"""Something comes back: asked for on a phone with a photo, decided and paid back at a desk, and seen in the reports."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from tests.e2e import shopping
from tests.e2e.demo import Demo
from tests.e2e.examine import examine
from tests.e2e.visitor import DESKTOP, PHONE, Visitor, visit

pytestmark = pytest.mark.browser

TRACKING = "123456789013"
WORDS = "箱がへこんでいました"


@pytest.mark.req("GA-37", "GA-45", "BX-15", "LC-8.9.1", "LC-9.13.1")
async def test_a_return_from_the_phone_to_the_report(browser: Browser, demo: Demo) -> None:
    buyer = await visit(browser, demo, "kanon", "ja", size=PHONE)
    await buyer.log_in("buyer")
    await buyer.go("/shop/products/dew-tint")
    await expect(buyer.page.get_by_text("返品・交換について")).to_be_visible()
    number = await shopping.buy(buyer, "dew-tint", "白桃")
    staff = await visit(browser, demo, "kanon", "ja", size=DESKTOP)
    await staff.log_in("staff")
    await _deliver(staff, number)
    await _ask(buyer, number)
    amount = await _settle(staff, number)
    await buyer.go("/returns")
    await buyer.submit(buyer.page.locator("main a[href^='/returns/']").first)
    await buyer.sees("返金済み", amount)
    await _looks_right(buyer, "return-buyer")
    await _report(staff)
    for visitor in (buyer, staff):
        await visitor.leave()


async def _deliver(staff: Visitor, number: str) -> None:
    await staff.go(f"/admin/shop/orders?q={number}")
    await staff.submit(staff.page.get_by_role("link", name=number))
    await staff.submit(staff.page.get_by_role("button", name=re.compile("処理を開始|処理中にする")))
    await staff.page.get_by_label(re.compile("追跡番号|送り状番号")).fill(TRACKING)
    await staff.submit(staff.page.get_by_role("button", name=re.compile("^発送(する)?$")))
    await staff.submit(staff.page.get_by_role("button", name="配達済みにする"))


async def _ask(buyer: Visitor, number: str) -> None:
    await buyer.go(f"/shop/orders/{number}")
    await buyer.submit(buyer.page.get_by_role("link", name="返品・交換を申請"))
    await _looks_right(buyer, "return-form")
    await buyer.page.locator("input[name=qty_1]").fill("1")
    await buyer.press(buyer.page.get_by_label("不良・破損"))
    await buyer.page.locator("textarea[name=words]").fill(WORDS)
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), "#a05060").save(picture, "JPEG")
    await buyer.page.locator("input[type=file]").set_input_files(
        {"name": "box.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    )
    await buyer.submit(buyer.page.get_by_role("button", name="申請する"))
    await buyer.sees("返品を申請しました", WORDS, "申請中")
    await expect(buyer.page.get_by_role("img", name="写真1")).to_be_visible()


async def _settle(staff: Visitor, number: str) -> str:
    """What the refund was, as the page says."""
    await staff.go("/admin/returns?state=requested")
    await _looks_right(staff, "return-list")
    await staff.submit(staff.page.locator("tr", has_text=number).get_by_role("link"))
    await staff.sees(WORDS, "不良・破損")
    await staff.submit(staff.page.get_by_role("button", name="返品を承認"))
    await _looks_right(staff, "return-approved")
    await staff.submit(staff.page.get_by_role("button", name="到着を記録"))
    await _looks_right(staff, "return-received")
    await staff.press(staff.page.get_by_role("button", name="返金", exact=True))
    await staff.submit(staff.page.get_by_role("dialog").get_by_role("button", name="返金する"))
    await staff.sees("返金済み")
    await _looks_right(staff, "return-refunded")
    return str(
        await staff.page.locator("dt", has_text="返金額")
        .locator("xpath=following-sibling::dd")
        .text_content()
    )


async def _report(staff: Visitor) -> None:
    await staff.go("/admin/analytics?kind=week")
    await staff.sees("売上レポート", "数字の定義")
    # The days of this week so far.
    await expect(staff.page.locator("main")).to_contain_text(re.compile("平均日売上（[1-7]日間）"))
    await _looks_right(staff, "report")
    async with staff.page.expect_download() as waiting:
        await staff.press(staff.page.locator("main a[href*='table=summary']").first)
    file = await (await waiting.value).path()
    sales = await staff.page.locator(".n-stat__value").first.text_content()
    [row] = [one for one in Path(file).read_text("utf-8-sig").splitlines() if one.startswith('"売上"')]
    assert row.split(",")[1].strip('"') == re.sub(r"\D", "", str(sales)), "the file says what the page says"


async def _looks_right(visitor: Visitor, name: str) -> None:
    """NAKAMISE_SCREENSHOTS: a directory for pictures of what is examined."""
    if folder := os.environ.get("NAKAMISE_SCREENSHOTS"):
        await visitor.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    assert await examine(visitor) == []
