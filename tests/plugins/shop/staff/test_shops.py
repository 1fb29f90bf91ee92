"""Shops: the legal notice decides whether a shop may be open."""

from __future__ import annotations

from typing import Any

import pytest

from nakamise.contracts.payments import PaymentMethod
from nakamise.japan import InvalidInvoiceNumber, has_check_digit, parse_invoice_number
from nakamise_shop.legal import MANDATORY, unsaid_ways
from tests.plugins.shop.staff.office import API, PAGES, Office, grant

FULL = {name: f"{name}の記載" for name in MANDATORY} | {
    "payment_methods": "クレジットカード、コンビニ払い",
    "payment_timing": "カードはご注文の確定時、コンビニは3日以内",
}
CARD, KONBINI = (
    PaymentMethod(f"pay:{method}", label, "", test_mode=True, method=method)
    for method, label in (("card", "クレジットカード"), ("konbini", "コンビニ"))
)
BANK = PaymentMethod("bank", "銀行振込", "", test_mode=False, method="bank_transfer")
PAYPAY = PaymentMethod("pay:paypay", "PayPay", "", test_mode=False, method="paypay")


async def the_shop(office: Office) -> dict[str, Any]:
    found = await office.api.get(f"{API}/shops/{office.stall.shops['honten']}")
    assert found.status_code == 200
    answer: dict[str, Any] = found.json()
    return answer


async def change(office: Office, **fields: Any) -> Any:
    shop = await the_shop(office)
    names = ("version", "name", "shipping_fee", "free_over", "rounding", "legal")
    body = {name: shop[name] for name in names} | fields
    return await office.api.put(f"{API}/shops/{shop['id']}", json=body)


async def set_state(office: Office, state: str) -> Any:
    """As the site's owner, who decides."""
    boss = await office.stall.buyer("店主")
    await grant(office.stall, boss, "admin")
    at = f"{API}/shops/{office.stall.shops['honten']}/state"
    return await office.guest.put(at, json={"state": state}, headers=boss.headers)


@pytest.mark.req("LC-3.3.2", "LC-8.1.2", "LC-8.1.3")
async def test_a_shop_opens_only_with_a_complete_legal_notice(office: Office) -> None:
    assert (await set_state(office, "closed")).status_code == 200
    assert (await change(office, legal=FULL | {"phone": " "})).status_code == 200
    refused = await set_state(office, "open")
    assert (refused.status_code, refused.json()["code"]) == (409, "legal_incomplete")
    assert "電話番号" in refused.json()["detail"]
    assert (await office.guest.get("/shop/shops/honten")).status_code == 404
    assert (await change(office, legal=FULL)).status_code == 200
    assert (await set_state(office, "open")).status_code == 200
    page = await office.guest.get("/shop/shops/honten")
    assert "sellerの記載" in page.text
    broken = await change(office, legal={name: text for name, text in FULL.items() if name != "seller"})
    assert broken.json()["errors"] == {"legal.seller": "営業中のショップには必須の項目です。"}


@pytest.mark.req("LC-3.3.2")
@pytest.mark.parametrize(
    ("methods", "timing", "ways", "missing"),
    [
        ("クレジットカード", "ご注文の確定時", [CARD], []),
        ("ｸﾚｼﾞｯﾄｶｰﾄﾞ・ｺﾝﾋﾞﾆ払い", "カード: 注文時。コンビニ: 3日以内", [CARD, KONBINI], []),
        ("クレジットカード", "注文時", [CARD, CARD], []),
        (
            "クレジットカード",
            "カードは注文時",
            [CARD, KONBINI],
            [("payment_methods", "コンビニ"), ("payment_timing", "コンビニ")],
        ),
        ("カード、銀行振込", "カードは注文時", [CARD, BANK], [("payment_timing", "銀行振込")]),
        ("カード、お振込", "カードは注文時、振込は7日以内", [CARD, BANK], []),
        ("Cards and bank transfer", "cards at once; bank transfer in 7 days", [CARD, BANK], []),
        ("カード、ＰａｙＰａｙ", "カードもペイペイも注文時", [CARD, PAYPAY], []),
        (
            "カード",
            "カードは注文時",
            [CARD, PAYPAY],
            [("payment_methods", "PayPay"), ("payment_timing", "PayPay")],
        ),
        ("", "", [CARD], []),
    ],
)
def test_each_way_to_pay_must_be_said(
    methods: str, timing: str, ways: list[PaymentMethod], missing: list[tuple[str, str]]
) -> None:
    legal = {"payment_methods": methods, "payment_timing": timing}
    assert [(gap.item, gap.way) for gap in unsaid_ways(legal, ways)] == missing


@pytest.mark.req("LC-3.3.2", "LC-8.1.2", "BX-14")
async def test_a_way_to_pay_that_the_notice_does_not_name_keeps_a_shop_closed(office: Office) -> None:
    """The tenant takes cards and konbini; switched on while a shop is open, it is a warning and no lock."""
    page = f"{PAGES}/shops/{office.stall.shops['honten']}"
    lacking = "支払方法(「コンビニ払い（テスト）」の記載がありません)"
    assert lacking in (await office.browser.get(page)).text, "open, and warned"
    before = (await the_shop(office))["legal"]
    full = FULL | {"payment_methods": before["payment_methods"], "payment_timing": before["payment_timing"]}
    assert (await change(office, legal=full)).status_code == 200, "what was not said before may wait"
    assert (await set_state(office, "closed")).status_code == 200
    refused = await set_state(office, "open")
    assert (refused.status_code, refused.json()["code"]) == (409, "legal_incomplete")
    assert lacking in refused.json()["detail"]
    assert (await change(office, legal=FULL)).status_code == 200
    assert (await set_state(office, "open")).status_code == 200
    assert "記載がありません" not in (await office.browser.get(page)).text
    lost = await change(office, legal=FULL | {"payment_methods": "クレジットカード"})
    assert "コンビニ" in lost.json()["errors"]["legal.payment_methods"]


@pytest.mark.req("LC-8.1.2")
async def test_the_history_says_who_changed_what(office: Office) -> None:
    await change(office, legal=FULL)
    await change(office, legal=FULL | {"phone": "03-1111-2222"})
    page = (await office.browser.get(f"{PAGES}/shops/{office.stall.shops['honten']}")).text
    assert "店員" in page
    before = await office.stall.value(
        "SELECT detail -> 'before' ->> 'phone' FROM core_audit WHERE act = 'shop.shop.changed'"
        " ORDER BY at DESC LIMIT 1"
    )
    assert before == FULL["phone"]


@pytest.mark.req("LC-8.1.2")
async def test_the_form_saves_and_warns_of_a_check_digit(office: Office) -> None:
    shop = await the_shop(office)
    at = f"{PAGES}/shops/{shop['id']}"
    form = {
        "version": str(shop["version"]),
        "name": "新しい店名",
        "shipping_fee": "６６０",
        "free_over": "5,000",
        "invoice_number": "T1234567890123",
        "rounding": "half_up",
        **{f"legal.{name}": text for name, text in FULL.items()},
    }
    bad = await office.browser.post(at, data=form | {"invoice_number": "T12"})
    assert bad.status_code == 422
    assert "数字13桁" in bad.text
    long = await office.browser.post(at, data=form | {"legal.additional_fees": "送料" + "1" * 4_400})
    assert (long.status_code, "2000文字まで" in long.text) == (422, True)
    saved = await office.browser.post(at, data=form)
    assert saved.status_code == 303
    assert "検査数字" in (await office.browser.get(at)).text
    stored = await the_shop(office)
    assert (stored["name"], stored["shipping_fee"], stored["free_over"]) == ("新しい店名", 660, 5000)
    late = await office.browser.post(at, data=form | {"name": "遅い店名"})
    assert late.status_code == 409
    assert 'value="遅い店名"' in late.text


@pytest.mark.req("CL-27")
async def test_a_shop_types_prices_without_tax_and_buyers_see_them_with_it(office: Office) -> None:
    """One switch; what does not name it leaves it alone; the page of the product shows 税込 either way."""
    variant = await office.stall.goods("honten", "税抜の品", 1_000, 5)
    slug = await office.stall.value(
        "SELECT p.slug FROM shop_product p JOIN shop_variant v ON v.product_id = p.id WHERE v.id = $1",
        variant,
    )
    assert "¥1,000" in (await office.guest.get(f"/shop/products/{slug}")).text
    assert (await change(office, legal=FULL, price_input="net")).status_code == 200
    assert (await change(office, legal=FULL)).status_code == 200
    assert (await the_shop(office))["prices_include_tax"] is False
    shown = (await office.guest.get(f"/shop/products/{slug}")).text
    assert "¥1,100" in shown
    form = (await office.browser.get(f"{PAGES}/shops/{office.stall.shops['honten']}")).text
    assert '<option value="net" selected>' in form


@pytest.mark.parametrize("text", ["T7000012050002", "T7123456789012", "t4011001098993", "Ｔ7000-0120-50002"])
def test_numbers_of_companies(text: str) -> None:
    assert has_check_digit(parse_invoice_number(text))


def test_the_number_of_the_samples_is_no_companys() -> None:
    assert not has_check_digit(parse_invoice_number("T1234567890123"))


@pytest.mark.parametrize("text", ["", "1234567890123", "T123456789012", "T12345678901234", "TX234567890123"])
def test_what_is_no_registration_number(text: str) -> None:
    with pytest.raises(InvalidInvoiceNumber):
        parse_invoice_number(text)
