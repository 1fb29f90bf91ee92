"""What the law wants said is said by whoever decides it, with the same words wherever buyers and staff read it."""

from __future__ import annotations

import re
import time
import tomllib
import uuid
from typing import Any

import httpx
import pytest

from nakamise.runtime import Runtime
from nakamise.starters import list_starters
from nakamise.tenancy import switches
from nakamise.testing.fixtures import ClientFor
from nakamise_returns import seed as returns_seed
from nakamise_shipping.rates.outline import outline_of
from nakamise_shipping.seed import config_of
from nakamise_shop.legal import is_on_request
from nakamise_shop.staff.shops.legal_hints import doubts
from tests.plugins.shop.staff.office import grant
from tests.plugins.shop.stall import Buyer, Stall, Till
from tests.tenants.blueprint import read

UNTIL_PAID = "お支払いが済むまでは、注文履歴からキャンセルできます。"
UNTIL_BEGUN = "お店が処理を始めるまでは、注文履歴からキャンセルできます。"
EIGHT_DAYS = "商品到着後8日以内"
NO_RETURNS = "お客様都合による返品・交換はお受けしていません。"


def text(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text[:300]
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", answer.text))


async def slug_of(mall: Stall, variant_id: uuid.UUID) -> object:
    return await mall.value(
        "SELECT p.slug FROM shop_product p JOIN shop_variant v ON v.product_id = p.id WHERE v.id = $1",
        variant_id,
    )


async def browser_of(mall: Stall, client: ClientFor, buyer: Buyer) -> httpx.AsyncClient:
    made = client(mall.tenant)
    made.cookies.set("sid", await mall.browser_session(buyer))
    return made


@pytest.mark.req("LC-4.2.6", "BX-14", "DF-08")
async def test_fees_and_returns_are_those_of_the_settings(mall: Stall, client: ClientFor) -> None:
    rouge, tea = await mall.goods("honten", "紅", 2000, 9), await mall.goods("hanare", "茶", 1500, 9)
    guest = client(mall.tenant)
    rouge_page = text(await guest.get(f"/shop/products/{await slug_of(mall, rouge)}"))
    tea_page = text(await guest.get(f"/shop/products/{await slug_of(mall, tea)}"))
    assert "送料 ¥550–¥1,650（お届け先により異なります） · このショップで¥5,000以上は¥0–¥1,100" in rouge_page
    assert "離島など一部地域は最大+¥500" in rouge_page
    assert "送料 ¥660–¥1,760" in tea_page
    assert (EIGHT_DAYS in rouge_page, NO_RETURNS in rouge_page) == (True, False)
    assert (EIGHT_DAYS in tea_page, NO_RETURNS in tea_page) == (False, True)

    notice = text(await guest.get("/shop/shops/honten/legal"))
    assert "北海道 ¥990 (¥5,000以上は¥440) / 沖縄 ¥1,650 (¥5,000以上は¥1,100)" in notice
    assert "本州・四国・九州 ¥550 (¥5,000以上は無料)" in notice
    assert "クール便(冷蔵)は最大+¥330" in notice
    assert (EIGHT_DAYS in notice, "全国一律" in notice) == (True, False)
    other = text(await guest.get("/shop/shops/hanare/legal"))
    assert (EIGHT_DAYS in other, NO_RETURNS in other) == (False, True)

    buyer = await mall.buyer()
    await mall.fill_cart(buyer, [(rouge, 1), (tea, 1)])
    browser = await browser_of(mall, client, buyer)
    page = text(await browser.get(f"/shop/checkout/confirm?address={buyer.address_id}"))
    assert (page.count(EIGHT_DAYS), page.count(NO_RETURNS)) == (1, 1), "each shop's rule, once"
    assert "ご連絡のうえ返品できます" not in page, "not the words that the policy replaces"


@pytest.mark.req("LC-4.2.6", "BX-14")
async def test_the_words_about_cancelling_are_the_rule(
    mall: Stall, client: ClientFor, runtime: Runtime
) -> None:
    """By either setting: confirmation, order history and legal notice say what is then done."""
    for setting, words, other, status in (
        ("pending", UNTIL_PAID, UNTIL_BEGUN, 409),
        ("until_processing", UNTIL_BEGUN, UNTIL_PAID, 200),
    ):
        await switches.configure(runtime, mall.tenant.id, "shop", {"cancellable": setting})
        await runtime.directory.catch_up()
        buyer = await mall.buyer()
        await mall.fill_cart(buyer, [(await mall.goods("honten", "紅", 2000, 9), 1)])
        browser, till = await browser_of(mall, client, buyer), Till(client(mall.tenant), buyer)
        seen = [
            text(await browser.get(f"/shop/checkout/confirm?address={buyer.address_id}")),
            text(await browser.get("/shop/legal")),
        ]
        placed = (await till.place()).json()
        assert (await till.pay(placed["purchase_id"], "tok_success")).status_code == 200
        number = placed["orders"][0]["number"]
        seen.append(text(await browser.get(f"/shop/orders/{number}")))
        assert [(words in page, other in page) for page in seen] == [(True, False)] * 3, setting
        cancelled = await browser.post(
            f"/api/shop/orders/{number}/cancel",
            headers={**buyer.headers, "Idempotency-Key": uuid.uuid4().hex},
        )
        assert cancelled.status_code == status, cancelled.text


@pytest.mark.req("LC-4.2.6")
async def test_the_end_of_a_products_sale_stands_on_the_last_screen(mall: Stall, client: ClientFor) -> None:
    """⑥ 申込期間: the hanare notice promises it too."""
    tea = await mall.goods("hanare", "新茶", 1500, 9)
    async with mall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE shop_product SET sale_until = '2031-05-02 15:00+09' WHERE id ="
            " (SELECT product_id FROM shop_variant WHERE id = $1)",
            tea,
        )
    buyer = await mall.buyer()
    await mall.fill_cart(buyer, [(tea, 1)])
    browser = await browser_of(mall, client, buyer)
    page = text(await browser.get(f"/shop/checkout/confirm?address={buyer.address_id}"))
    assert re.search(r"2031.{1,4}5.{1,4}2.{1,6}15:00", page)


@pytest.mark.req("LC-4.2.6", "BX-14")
async def test_an_app_is_given_what_the_last_screen_shows(mall: Stall, client: ClientFor) -> None:
    """12条の6: ① to ⑥ of each shop in words, the same that the page has."""
    rouge, tea = await mall.goods("honten", "紅", 2000, 9), await mall.goods("hanare", "新茶", 1500, 9)
    async with mall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE shop_product SET sale_until = '2031-05-02 15:00+09' WHERE id ="
            " (SELECT product_id FROM shop_variant WHERE id = $1)",
            tea,
        )
    buyer = await mall.buyer()
    await mall.fill_cart(buyer, [(rouge, 2), (tea, 1)])
    found: dict[str, Any] = await Till(client(mall.tenant), buyer).confirmation()
    shops = {
        one["notice_path"]: {term["name"]: term["text"] for term in one["terms"]} for one in found["terms"]
    }
    assert list(shops) == ["/shop/shops/hanare/legal", "/shop/shops/honten/legal"]
    names = [
        "quantity",
        "price",
        "payment_timing",
        "payment_methods",
        "delivery_time",
        "returns",
        "cancellation",
    ]
    assert [list(terms)[: len(names)] for terms in shops.values()] == [names, names]
    teas, rouges = shops.values()
    assert (rouges["quantity"], teas["quantity"]) == ("紅 標準 × 2", "新茶 標準 × 1")
    assert rouges["price"].splitlines()[0] == "紅 標準: ¥2,000 × 2 = ¥4,000"
    totals = [shop["total"] for shop in found["quote"]["shops"]]
    for terms in shops.values():
        said = re.search(r"^合計（税込）: ¥([\d,]+)$", terms["price"], re.MULTILINE)
        assert said
        totals.remove(int(said[1].replace(",", "")))
    assert (EIGHT_DAYS in rouges["returns"], NO_RETURNS in teas["returns"]) == (True, True)
    assert "新茶 標準: 2031/5/2 15:00" in teas["order_period"]
    assert "2031" not in rouges.get("order_period", "")

    browser = await browser_of(mall, client, buyer)
    page = text(await browser.get(f"/shop/checkout/confirm?address={buyer.address_id}"))
    for terms in shops.values():
        for name in set(terms) - {"quantity", "price"}:
            assert re.sub(r"\s+", " ", terms[name]) in page, name


def fees_named(legal: dict[str, str]) -> list[str]:
    """Items that state the fee for sending a second time, be it the right one."""
    names = ("additional_fees", "additional_fees_en")
    return [name for name in names if re.search("送料|shipping", legal[name], re.IGNORECASE)]


@pytest.mark.req("BX-14")
def test_starters_leave_the_fee_to_the_settings() -> None:
    """A shop made from one would go on stating the starter's fee after its staff have changed it."""
    shops = {
        f"{starter.folder.name}/{row['slug']}": row["legal_notice"]
        for starter in list_starters()
        for row in tomllib.loads((starter.folder / "shop.toml").read_text(encoding="utf-8"))["shops"]
    }
    assert len(shops) == 5
    assert {slug: fees_named(legal) for slug, legal in shops.items() if fees_named(legal)} == {}


@pytest.mark.req("BX-14")
async def test_staff_see_what_the_notice_says_and_where_their_words_differ(
    mall: Stall, client: ClientFor
) -> None:
    """The demos' own words are in order; a fee that nobody asks, and a term for cancelling, are doubted."""
    for slug in ("kanon", "gear"):
        rates = {row["slug"]: config_of(row) for row in read(slug, "shipping.toml")["shops"]}
        for row in read(slug, "shop.toml")["shops"]:
            outline = outline_of(mall.ctx, rates[row["slug"]], [])
            assert doubts(mall.ctx, row["legal_notice"], outline) == [], slug
            assert not fees_named(row["legal_notice"]), slug
    shop_id = await mall.shop(
        "tsuji",
        "TJ",
        legal={
            "additional_fees": "送料 全国一律550円(税込)。返送料はお客様のご負担です。手数料330円。",
            "additional_fees_en": "Shipping is ¥700.",
            "returns": "8日以内。発送前のご注文は取り消せます。",
        },
    )
    staff = await mall.buyer("店員")
    await grant(mall, staff, "shop_staff")
    browser = await browser_of(mall, client, staff)
    page = text(await browser.get(f"/admin/shop/shops/{shop_id}"))
    assert "送料 全国一律 ¥550" in page
    assert UNTIL_BEGUN in page
    assert "「送料 全国一律550円(税込)」" not in page, "that is its fee"
    assert "「Shipping is ¥700」" in page
    assert "「発送前のご注文は取り消せます」" in page
    assert "返品ポリシーが表示されます" in page


@pytest.mark.req("BX-14")
async def test_staff_are_told_what_on_request_asks_of_them(mall: Stall) -> None:
    """The Act allows it for address and phone, where whoever asks is really told without delay."""
    kept = ("請求があれば遅滞なく開示します。", "省略しております", "Disclosed on request.")
    for words in kept:
        told = doubts(mall.ctx, {"address": words, "phone": words, "seller": words}, None)
        assert [name for name, _ in told] == ["address", "phone"], words
        assert all("メールアドレス" in said for _, said in told)
    written = {
        "address": "東京都中央区銀座1-2-3",
        "phone": "03-1234-5678",
        "document_fee": "請求書は無料です。",
    }
    assert doubts(mall.ctx, written, None) == []
    # A request for something else, and what is left out of what is told.
    more = {"phone": "03-1234-5678（資料請求も可）", "address": "東京都中央区銀座1-2-3。建物名は省略します。"}
    assert doubts(mall.ctx, more, None) == []


@pytest.mark.req("BX-14")
@pytest.mark.parametrize(
    ("item", "told", "kept"),
    [
        ("phone", "03-1234-5678（資料請求も可）", "請求があれば遅滞なく開示します（平日10:00-18:00）"),
        ("phone", "０９０１２３４５６７８ 請求書のお問い合わせも", "省略しています。〒104-0061"),
        ("phone", "+81 3-1234-5678 (omitted on Sundays)", "Disclosed on request since 2026-11-22 10:00"),
        ("address", "東京都中央区銀座1-2-3（建物名省略）", "東京都中央区（番地は請求により開示します）"),
        (
            "address",
            "〒600-8216 京都府京都市下京区東塩小路町二丁目 ビル名は省略",
            "請求があれば開示します。電話03-1234-5678",
        ),
    ],
)
def test_what_is_told_is_not_kept_whatever_else_stands_there(item: str, told: str, kept: str) -> None:
    assert [is_on_request(item, text) for text in (told, kept)] == [False, True]
    assert not is_on_request("seller", kept)


@pytest.mark.req("BX-14")
async def test_digits_without_end_are_no_amount(mall: Stall) -> None:
    """Notices that are stored already: each is read at once, whatever stands in it."""
    (row, *_) = read("kanon", "shipping.toml")["shops"]
    outline = outline_of(mall.ctx, config_of(row), [])
    for digits, doubted in (("1" * 40_000, False), ("1" * 5_000 + "円", True), ("¥" + "1" * 5_000, True)):
        began = time.monotonic()
        told = doubts(mall.ctx, {"additional_fees": f"送料{digits}"}, outline)
        assert (bool(told), time.monotonic() - began < 1) == (doubted, True)


async def test_a_policy_of_a_shop_that_is_none_is_refused(mall: Stall) -> None:
    class Wrong:
        def data(self, _plugin_id: str) -> dict[str, object]:
            return {"shops": [{"slug": "nobody"}]}

    with pytest.raises(ValueError, match="nobody"):
        await returns_seed.seed(mall.ctx, Wrong())  # type: ignore[arg-type]
