"""The staff's day on the list of orders: tick, start, enter numbers, print, note, change; on a desk and on a phone."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e import shopping
from tests.e2e.demo import Demo
from tests.e2e.examine import examine
from tests.e2e.visitor import DESKTOP, PHONE, Visitor, visit

pytestmark = pytest.mark.browser

NUMBERS = ("123456789013", "123456789024")
NOTE = "のし紙をお願いします"


@pytest.mark.req("CL-14", "CL-33", "CL-22", "CL-12", "LC-8.5.1", "LC-8.6.3", "LC-9.7.1", "CL-03")
async def test_the_staffs_day_on_the_list(browser: Browser, demo: Demo) -> None:
    buyer = await visit(browser, demo, "kanon", "ja", size=PHONE)
    await buyer.log_in("buyer")
    gift = await _gift(buyer)
    plain = await shopping.buy(buyer, "dew-tint", "白桃")
    desk = await visit(browser, demo, "kanon", "ja", size=DESKTOP)
    await desk.log_in("staff")
    await _start(desk, gift, plain)
    await _note(desk, gift)
    phone = await visit(browser, demo, "kanon", "ja", size=PHONE)
    await phone.log_in("staff")
    await _slips(phone, gift, plain)
    await _send(phone, gift, plain)
    await _again(buyer, gift)
    for visitor in (desk, phone, buyer):
        await visitor.leave()


async def _gift(buyer: Visitor) -> str:
    """The note is typed and the order placed at once, without pressing what keeps the note."""
    await shopping.choose(buyer, "dew-tint", "白桃")
    await shopping.add_to_cart(buyer)
    await shopping.to_confirmation(buyer)
    await buyer.press(buyer.page.get_by_label("ギフトです"))
    await buyer.page.get_by_label(re.compile("^備考")).fill(NOTE)
    await _looks_right(buyer, "confirm")
    await shopping.place(buyer)
    await shopping.pay(buyer, shopping.SUCCESS)
    return await shopping.done(buyer)


async def _start(desk: Visitor, *numbers: str) -> None:
    await desk.go("/admin/shop/orders?status=confirmed")
    await _tick(desk, *numbers)
    await _looks_right(desk, "list")
    await desk.submit(desk.page.get_by_role("button", name="処理中にする"))
    for number in numbers:
        await expect(desk.page.get_by_role("row", name=number)).to_contain_text("完了")
    await _looks_right(desk, "result")


async def _tick(visitor: Visitor, *numbers: str) -> None:
    for number in numbers:
        await visitor.press(visitor.page.locator("label.n-check", has_text=number))
        await expect(visitor.page.get_by_role("checkbox", name=number)).to_be_checked()


async def _note(desk: Visitor, number: str) -> None:
    await desk.go(f"/admin/shop/orders?q={number}")
    await desk.submit(desk.page.get_by_role("link", name=number))
    await desk.sees(NOTE, "ギフト")
    await desk.page.get_by_label("新しいメモ").fill("電話で確認しました")
    await desk.submit(desk.page.get_by_role("button", name="メモを追加"))
    await desk.sees("電話で確認しました")
    await desk.press(desk.page.get_by_role("button", name="変更する", exact=True))
    dialog = desk.page.get_by_role("dialog")
    await dialog.get_by_label("建物名・部屋番号").fill("銀座ビル 7F")
    await _looks_right(desk, "change")
    await desk.submit(dialog.get_by_role("button", name="お届け先を保存"))
    await desk.sees("銀座ビル 7F", "お届け内容を変更")
    await _looks_right(desk, "order")


async def _slips(phone: Visitor, gift: str, plain: str) -> None:
    await phone.go("/admin/shop/orders?status=processing")
    await _tick(phone, gift, plain)
    await _looks_right(phone, "list-phone")
    await phone.submit(phone.page.get_by_role("button", name="納品書を印刷"))
    await expect(phone.page.get_by_role("article")).to_have_count(2)
    await expect(phone.page.get_by_role("article", name=gift)).not_to_contain_text(re.compile("[¥￥]"))
    await expect(phone.page.get_by_role("article", name=plain)).to_contain_text(re.compile("[¥￥]"))
    await _looks_right(phone, "slips")


async def _send(phone: Visitor, gift: str, plain: str) -> None:
    """One number is wrong at first: the other parcel leaves all the same."""
    await phone.go("/admin/shop/orders?status=processing")
    await _tick(phone, gift, plain)
    await phone.submit(phone.page.get_by_role("button", name="送り状番号を入力"))
    rows = {number: phone.page.get_by_role("listitem").filter(has_text=number) for number in (gift, plain)}
    await rows[gift].get_by_role("textbox").fill(NUMBERS[0])
    await rows[plain].get_by_role("textbox").fill("1234-5678-9011")
    await _looks_right(phone, "numbers")
    async with phone.page.expect_navigation():
        await phone.press(phone.page.get_by_role("button", name="発送する", exact=True))
    await phone.sees("1件を発送しました", "1件を発送できませんでした")
    await _looks_right(phone, "numbers-refused")
    phone.said = [one for one in phone.said if "422" not in one]  # the refusal itself
    await rows[plain].get_by_role("textbox").fill(NUMBERS[1])
    await phone.submit(phone.page.get_by_role("button", name="発送する", exact=True))
    await phone.go("/admin/shop/orders?status=shipped")
    await phone.sees(gift, plain)


async def _again(buyer: Visitor, number: str) -> None:
    await buyer.go(f"/shop/orders/{number}")
    await buyer.sees(NOTE, NUMBERS[0], "発送済み")
    await _looks_right(buyer, "buyer")
    await buyer.submit(buyer.page.get_by_role("button", name="もう一度買う"))
    await expect(buyer.page).to_have_url(re.compile("/shop/cart"))
    await buyer.sees("白桃")


async def _looks_right(visitor: Visitor, name: str) -> None:
    """NAKAMISE_SCREENSHOTS: a directory for pictures of what is examined."""
    if folder := os.environ.get("NAKAMISE_SCREENSHOTS"):
        await visitor.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    # The bar that stays on top lies over whatever was scrolled under it.
    await visitor.page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    assert await examine(visitor) == []
