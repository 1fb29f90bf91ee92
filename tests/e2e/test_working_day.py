"""A shop's working day: goods from a file, a coupon, one purchase at two shops with two tax rates, a parcel, a part
of it back. Whatever surface names an amount, it is the one that was reckoned here by hand."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, FilePayload

from tests.e2e import shopping
from tests.e2e.demo import Demo
from tests.e2e.desk import ask_back, deliver, settle
from tests.e2e.visitor import DESKTOP, PHONE, Visitor, visit
from tests.plugins.tax_invoice.pdf_text import pdf_text

pytestmark = pytest.mark.browser

FILE: Final = (
    "商品コード,ショップコード,商品名,税区分,状態,SKU,価格,在庫数\r\n"
    "day-serum,honten,朝の美容液,標準税率(10%),公開中,DAY-1,3300,5\r\n"
    "day-tea,honten,朝のお茶,軽減税率(8%),公開中,DAY-2,10800,9\r\n"
    "day-soap,hanare,朝の石けん,標準税率(10%),公開中,DAY-3,2200,5\r\n"
)
CODE: Final = "WORKINGDAY"
# 27,100 of goods, 500 off by largest remainder: 61 of 3,300, 398 of 21,600, 41 of 2,200.
SERUM, TEAS, SOAP = "¥3,239", "¥21,202", "¥2,159"
# No carriage from 5,000 on; 3,239 × 10/110 and 21,202 × 8/108, each rounded down once.
FIRST: Final = ("¥24,441", "¥294", "¥1,570")
# Carriage 660 besides: 2,819 × 10/110.
SECOND: Final = ("¥2,819", "¥256")
ALL: Final = "¥27,260"
# One of two teas: 21,202 // 2, and the tax in it.
BACK: Final = ("¥10,601", "¥785")


@pytest.mark.req("LC-8.7.7", "BX-01", "BX-15", "CL-19", "CL-26", "DF-02", "LC-5.2.3", "LC-8.9.3")
async def test_every_amount_of_a_working_day_agrees(browser: Browser, demo: Demo) -> None:
    staff = await visit(browser, demo, "kanon", "ja", size=DESKTOP)
    await staff.log_in("admin")
    sales, back = await _figure(staff, "売上"), await _figure(staff, "返金")
    await _take_in(staff)
    await _offer(staff)
    buyer = await visit(browser, demo, "kanon", "ja", size=PHONE)
    await buyer.log_in("buyer")
    first, second = await _buy(buyer)
    for number, amounts in ((first, (SERUM, TEAS, *FIRST)), (second, (SOAP, *SECOND))):
        await _buyer_reads(buyer, number, *amounts)
        await _staff_reads(staff, number, *amounts)
    for number, amount in ((first, FIRST[0]), (second, SECOND[0])):
        assert amount in await buyer.mail("buyer@kanon.example", "ご注文ありがとうございます", number)
    assert await _invoice(buyer, first, "適格簡易請求書", *FIRST, TEAS, SERUM)
    await _file_of_orders(staff, {first: 24_441, second: 2_819})
    assert await _figure(staff, "売上") == sales + 27_260
    await deliver(staff, first)
    await ask_back(buyer, first, line=2)
    assert BACK[0] in await settle(staff, first)
    await _buyer_reads(buyer, first, BACK[0])
    await _staff_reads(staff, first, BACK[0])
    assert await _invoice(buyer, first, "適格返還請求書", *BACK)
    assert await _figure(staff, "返金") == back + 10_601
    for visitor in (buyer, staff):
        await visitor.leave()


async def _take_in(staff: Visitor) -> None:
    await staff.go("/admin/shop/products/import")
    file: FilePayload = {"name": "day.csv", "mimeType": "text/csv", "buffer": FILE.encode("cp932")}
    await staff.page.locator("input[type=file]").set_input_files(file)
    await staff.submit(staff.page.get_by_role("button", name="プレビューを見る"))
    await staff.sees("朝の美容液", "¥10,800")
    await staff.submit(staff.page.get_by_role("button", name="適用する"))
    await staff.sees("3点の商品を保存しました")


async def _offer(staff: Visitor) -> None:
    await staff.go("/admin/coupons/new")
    page = staff.page
    await page.get_by_label("名前").fill("朝の割引")
    await page.locator("input[name=kind][value=fixed]").check()
    await page.locator("input[name=amount]").fill("500")
    await page.locator("input[name=code]").fill(CODE)
    await staff.submit(page.locator("main form[action='/admin/coupons/new'] button").last)
    await staff.sees(CODE)


async def _buy(buyer: Visitor) -> tuple[str, str]:
    """The numbers of the two shops' orders."""
    await buyer.go("/shop/cart")
    for product in ("day-serum", "day-tea", "day-tea", "day-soap"):
        await buyer.go(f"/shop/products/{product}")
        await shopping.add_to_cart(buyer)
    await buyer.go("/shop/cart")
    await buyer.page.locator("#coupon-code").fill(CODE)
    await buyer.submit(buyer.page.locator("form.coupons-form button"))
    await buyer.sees("-¥500", ALL)
    await shopping.to_confirmation(buyer)
    await buyer.sees(SERUM, TEAS, SOAP, *FIRST, *SECOND, "-¥500")
    assert await shopping.place(buyer) == ALL
    await shopping.pay(buyer, shopping.SUCCESS)
    await shopping.done(buyer)
    await buyer.sees(ALL)
    said = await buyer.page.locator("main").inner_text()
    first, second = sorted(set(shopping.NUMBER.findall(said)), key=lambda one: not one.startswith("K-"))
    return first, second


async def _buyer_reads(buyer: Visitor, number: str, *amounts: str) -> None:
    await buyer.go(f"/shop/orders/{number}")
    await buyer.sees(*amounts)


async def _staff_reads(staff: Visitor, number: str, *amounts: str) -> None:
    await staff.go(f"/admin/shop/orders?q={number}")
    await staff.submit(staff.page.get_by_role("link", name=number))
    await staff.sees(*amounts)


async def _invoice(buyer: Visitor, number: str, kind: str, *amounts: str) -> bool:
    """The document on the screen, and the same as PDF."""
    await buyer.go(f"/shop/orders/{number}")
    await buyer.submit(buyer.page.get_by_role("link", name=kind))
    await buyer.sees(*amounts)
    async with buyer.page.expect_download() as waiting:
        await buyer.press(buyer.page.get_by_role("link", name=re.compile("PDF")).first)
    text = pdf_text(Path(await (await waiting.value).path()).read_bytes())
    return all(amount in text for amount in (kind, *amounts))


async def _file_of_orders(staff: Visitor, totals: dict[str, int]) -> None:
    await staff.go("/admin/shop/orders")
    async with staff.page.expect_download() as waiting:
        await staff.press(staff.page.get_by_role("link", name="CSVで書き出す", exact=True))
    text = Path(await (await waiting.value).path()).read_text("utf-8-sig")
    for number, total in totals.items():
        rows = [row for row in text.splitlines() if number in row]
        assert rows, number
        assert all(f'"{total}"' in row or f",{total}," in row for row in rows), rows


async def _figure(staff: Visitor, label: str) -> int:
    """From the file of the week's report."""
    await staff.go("/admin/analytics?kind=week")
    async with staff.page.expect_download() as waiting:
        await staff.press(staff.page.locator("a[download][href*='summary']").first)
    text = io.StringIO(Path(await (await waiting.value).path()).read_text("utf-8-sig"))
    [row] = [line for line in text if line.startswith(f'"{label}')]
    return int(row.split(",")[1].strip().strip('"'))
