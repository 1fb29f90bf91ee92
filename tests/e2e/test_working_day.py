"""A shop's working day: goods from a file, a coupon, one purchase at two shops with two tax rates, a parcel, a part
of it back. What every surface says is read from its own elements and held against amounts that were reckoned here by
hand."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.async_api import Browser, FilePayload

from tests.e2e import amounts, shopping
from tests.e2e.amounts import Api
from tests.e2e.day import ALL, BACK, DUE, FIRST, SECOND, Expected, numbers
from tests.e2e.demo import Demo
from tests.e2e.desk import ask_back, deliver, settle
from tests.e2e.visitor import DESKTOP, PHONE, Visitor, visit

pytestmark = pytest.mark.browser

FILE: Final = (
    "商品コード,ショップコード,商品名,税区分,状態,SKU,価格,在庫数\r\n"
    "day-serum,honten,朝の美容液,標準税率(10%),公開中,DAY-1,3300,5\r\n"
    "day-tea,honten,朝のお茶,軽減税率(8%),公開中,DAY-2,10800,9\r\n"
    "day-soap,hanare,朝の石けん,標準税率(10%),公開中,DAY-3,2200,5\r\n"
)
CODE: Final = "WORKINGDAY"


# Discounts stand per rate on documents; the sums are the total and the tax in it.
INVOICES: Final = (
    {
        "rows": ["¥3,300", "¥21,600", "-¥61", "-¥398"],
        "taxes": [["¥3,239", "¥294"], ["¥21,202", "¥1,570"]],
        "sums": ["¥24,441", "¥1,864"],
        "headline": "¥24,441",
    },
    {
        "rows": ["¥2,200", "¥660", "-¥41"],
        "taxes": [["¥2,819", "¥256"]],
        "sums": ["¥2,819", "¥256"],
        "headline": "¥2,819",
    },
)
RETURNED: Final = {
    "rows": ["¥10,601"],
    "taxes": [["¥10,601", "¥785"]],
    "sums": ["¥10,601", "¥785", "¥10,601"],
    "headline": "¥10,601",
}
COLUMNS: Final = ("小計", "割引", "送料", "ポイント利用", "合計金額", "うち消費税", "返金額")


@pytest.mark.req("LC-8.7.7", "BX-01", "BX-15", "CL-19", "CL-26", "DF-02", "LC-5.2.3", "LC-8.9.3")
async def test_every_amount_of_a_working_day_agrees(browser: Browser, demo: Demo) -> None:
    staff = await visit(browser, demo, "kanon", "ja", size=DESKTOP)
    await staff.log_in("admin")
    office = await amounts.api_of(staff, "admin")
    sales, back = await _figures(office)
    await _take_in(staff)
    await _offer(staff)
    buyer = await visit(browser, demo, "kanon", "ja", size=PHONE)
    await buyer.log_in("buyer")
    app = await amounts.api_of(buyer, "buyer")
    await _fill_cart(buyer)
    first, second = await _buy(buyer, app)
    orders = {first: FIRST, second: SECOND}
    for number, expected in orders.items():
        await _reads_order(app, staff, number, expected)
        await _reads_mail(buyer, number, expected)
    await _reads_files(staff, orders)
    await _reads_documents(buyer, first, second)
    await _reads_payment(staff, first, ["¥27,260", "–"])
    assert await _figures(office) == (sales + 27_260, back)
    await deliver(staff, first)
    await ask_back(buyer, first, line=2)
    assert await settle(staff, first) == "¥10,601"
    await _after_the_return(app, staff, first)
    assert await _figures(office) == (sales + 27_260, back + 10_601)
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
    await page.locator("input[name=name]").fill("朝の割引")
    await page.locator("input[name=kind][value=fixed]").check()
    await page.locator("input[name=amount]").fill("500")
    await page.locator("input[name=code]").fill(CODE)
    await staff.submit(page.locator("main form[action='/admin/coupons/new'] button").last)
    await staff.sees(CODE)


async def _fill_cart(buyer: Visitor) -> None:
    await buyer.go("/shop/cart")
    for product in ("day-serum", "day-tea", "day-tea", "day-soap"):
        await buyer.go(f"/shop/products/{product}")
        await shopping.add_to_cart(buyer)
    await buyer.go("/shop/cart")
    await buyer.page.locator("#coupon-code").fill(CODE)
    await buyer.submit(buyer.page.locator("form.coupons-form button"))
    assert await amounts.bills(buyer.page) == [ALL]
    assert sorted(await amounts.lines(buyer.page)) == sorted([*FIRST.lines, *SECOND.lines])


async def _buy(buyer: Visitor, app: Api) -> tuple[str, str]:
    """The numbers of the two shops' orders."""
    words = shopping.words(buyer)
    await buyer.submit(buyer.page.get_by_role("link", name=words.check_out).first)
    assert await amounts.bills(buyer.page) == [ALL]
    await buyer.submit(buyer.page.get_by_role("button", name=words.to_confirmation))
    *by_shop, whole = await amounts.bills(buyer.page)
    assert sorted(by_shop, key=lambda one: one["total"]) == [SECOND.bill, FIRST.bill]
    assert whole == ALL
    assert sorted(await amounts.lines(buyer.page)) == sorted([*FIRST.lines, *SECOND.lines])
    assert await shopping.place(buyer) == DUE
    purchase = buyer.page.url.rpartition("/")[2]
    await shopping.pay(buyer, shopping.SUCCESS)
    await shopping.done(buyer)
    assert await shopping.due(buyer) == DUE
    said = await buyer.page.locator("main").inner_text()
    first, second = sorted(set(shopping.NUMBER.findall(said)), key=lambda one: not one.startswith("K-"))
    bought = await app.told(f"/api/shop/checkout/{purchase}")
    assert {one["number"]: one["total"] for one in bought["orders"]} == {first: 24_441, second: 2_819}
    assert (bought["purchase"]["charge"], bought["payment"]["amount"]["amount"]) == (27_260, 27_260)
    assert numbers(bought["bill"]) == (27_100, 500, 660, 27_260, 27_260, 2_120)
    return first, second


async def _reads_order(app: Api, staff: Visitor, number: str, expected: Expected) -> None:
    """The same lines and bill on the buyer's page, on the staff's and on the slip; and in the API."""
    order = await app.told(f"/api/shop/orders/{number}")
    assert numbers(order["bill"]) == expected.api
    id_ = order["header"]["id"]
    for visitor, path in (
        (app.visitor, f"/shop/orders/{number}"),
        (staff, f"/admin/shop/orders/{id_}"),
        (staff, f"/admin/shop/orders/{id_}/slip?prices=yes"),
    ):
        await visitor.go(path)
        assert await amounts.bills(visitor.page) == [expected.bill], path
        assert tuple(await amounts.lines(visitor.page)) == expected.lines, path


async def _reads_mail(buyer: Visitor, number: str, expected: Expected) -> None:
    text = await buyer.mail("buyer@kanon.example", "ご注文ありがとうございます", number)
    lines, rows = amounts.in_mail(text)
    assert (tuple(lines), rows) == (expected.lines, expected.mail)


async def _reads_files(staff: Visitor, orders: dict[str, Expected]) -> None:
    rows = {row["注文番号"]: row for row in await amounts.table(staff, "/admin/shop/orders/export.csv")}
    for number, expected in orders.items():
        assert tuple(rows[number][column] for column in COLUMNS) == expected.row, rows[number]


async def _document(buyer: Visitor, number: str, kind: str) -> amounts.Sheet:
    """On the screen; its PDF has the same amounts and no other."""
    await buyer.go(f"/shop/orders/{number}")
    await buyer.submit(buyer.page.get_by_role("link", name=kind, exact=True))
    shown = await amounts.sheet(buyer.page)
    path = str(await buyer.page.get_by_role("link", name=re.compile("PDF")).first.get_attribute("href"))
    body = await buyer.page.locator(".tax-sheet").inner_text()
    assert await amounts.printed(buyer, path) == sorted(amounts.MONEY.findall(re.sub(r"\s", "", body)))
    return shown


async def _reads_documents(buyer: Visitor, first: str, second: str) -> None:
    assert await _document(buyer, first, "適格簡易請求書") == INVOICES[0]
    assert await _document(buyer, second, "適格簡易請求書") == INVOICES[1]
    await buyer.go(f"/shop/orders/{second}")
    await buyer.submit(buyer.page.get_by_role("link", name="宛名入りの領収書を発行"))
    await buyer.submit(buyer.page.locator("main form button.n-btn--primary"))
    received = {"sums": ["¥2,819", "¥256", "¥2,819"]}
    assert await amounts.sheet(buyer.page) == INVOICES[1] | received


async def _reads_payment(staff: Visitor, number: str, cells: list[str]) -> None:
    """The newest charge in the list: its amount, and what was given back of it."""
    await staff.go("/admin/payments")
    row = staff.page.locator("tr", has_text="決済").filter(has_text=cells[0]).first
    assert await row.locator("td.is-num").all_text_contents() == cells


async def _after_the_return(app: Api, staff: Visitor, number: str) -> None:
    buyer, order = app.visitor, await app.told(f"/api/shop/orders/{number}")
    header = order["header"]
    assert (header["refunded_cash"], header["refunded_points"], header["total"]) == (10_601, 0, 24_441)
    for visitor, path in (
        (buyer, f"/shop/orders/{number}"),
        (staff, f"/admin/shop/orders/{header['id']}"),
    ):
        await visitor.go(path)
        assert await amounts.bills(visitor.page) == [FIRST.bill | BACK], path
    text = await buyer.mail("buyer@kanon.example", "返金", number)
    assert amounts.in_mail(text) == (["¥10,601"], {"返金": ["¥10,601"]})
    assert await _document(buyer, number, "適格返還請求書") == RETURNED
    after = Expected(FIRST.lines, {}, {}, (*FIRST.row[:-1], "10601"), ())
    await _reads_files(staff, {number: after})
    await _reads_payment(staff, number, ["¥27,260", "¥10,601"])


async def _figures(office: Api) -> tuple[int, int]:
    """Sales and what went back, of the week's report: the same from its file, its page and the API."""
    rows = await amounts.table(office.visitor, "/admin/analytics/export.csv?kind=week&table=summary")
    first, second, *_ = rows[0]
    by_name = {row[first]: int(row[second]) for row in rows if row[second].lstrip("-").isdigit()}
    totals = (await office.told("/api/analytics/sales?kind=week"))["totals"]
    given_back = next(amount for name, amount in by_name.items() if name.startswith("返金"))
    assert (by_name["売上"], given_back) == (totals["sales"], totals["given_back"])
    return totals["sales"], totals["given_back"]
