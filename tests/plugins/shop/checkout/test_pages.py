"""Checkout and orders as pages: steps, what the law wants to be seen, and the same amounts everywhere."""

from __future__ import annotations

import html
import re
import uuid
from dataclasses import dataclass

import httpx
import pytest

from nakamise.admin.site import service
from nakamise.testing.fixtures import ClientFor, Drain
from tests.plugins.shop.stall import LEGAL, Buyer, Stall, Till

# 9,800 at 10 % and 2 × 1,080 at 8 %, shipping 550.
GOODS, SHIPPING, TOTAL = "¥11,960", "¥550", "¥12,510"
TAX_10, TAX_8 = "内消費税 ¥940", "内消費税 ¥160"


@dataclass
class Visit:
    http: httpx.AsyncClient
    buyer: Buyer
    variants: list[uuid.UUID]

    async def page(self, path: str) -> str:
        answer = await self.http.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("location"))
        return readable(answer.text)

    async def form(self, path: str) -> dict[str, str]:
        """The hidden fields of the page's forms."""
        text = (await self.http.get(path)).text
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
        return {name: html.unescape(value) for name, value in found}

    async def order(self) -> str:
        """Through steps 1 and 2; the address of step 3."""
        chosen = await self.http.post("/shop/checkout/address", data={"address": str(self.buyer.address_id)})
        fields = await self.form(chosen.headers["location"])
        placed = await self.http.post("/shop/checkout/confirm", data=fields)
        assert placed.status_code == 303, readable(placed.text)
        return placed.headers["location"]

    async def pay(self, path: str, token: str = "tok_success") -> str:
        fields = await self.form(path)
        paid = await self.http.post(path, data={**fields, "token": token})
        assert paid.status_code == 303
        return paid.headers["location"]


def readable(page: str) -> str:
    main = page.partition("<main")[2].partition("</main>")[0]
    text = html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<wbr>|</?span[^>]*>", "", main)))
    return re.sub(r"\s+", " ", text)


@pytest.fixture
async def visit(stall: Stall, client: ClientFor) -> Visit:
    watch = await stall.goods("honten", "腕時計", 9800, 5)
    tea = await stall.goods("honten", "ほうじ茶", 1080, 5, tax_class="reduced")
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(watch, 1), (tea, 2)])
    http = client(stall.tenant)
    http.cookies.set("sid", await stall.browser_session(buyer))
    return Visit(http, buyer, [watch, tea])


@pytest.mark.req("CL-13", "LC-4.2.6", "LC-4.2.5", "DF-08", "DF-10")
async def test_the_last_screen_shows_what_the_law_asks_for(visit: Visit) -> None:
    """特定商取引法 12条の6: quantity, price and total, payment, delivery, withdrawal, time limit."""
    page = await visit.page(f"/shop/checkout/confirm?address={visit.buyer.address_id}")
    assert "数量 1" in page
    assert "数量 2" in page
    assert "ほうじ茶 ※" in page
    for amount in (GOODS, SHIPPING, TOTAL, TAX_10, TAX_8):
        assert amount in page
    for item in ("payment_timing", "payment_methods", "delivery_time", "returns", "order_period"):
        assert LEGAL[item] in page
    assert "注文を確定する" in page
    assert "東京都中央区銀座9-99-9" in page


@pytest.mark.req("LC-4.2.5", "LC-5.2.3", "LC-4.2.9", "DF-08", "DF-02")
async def test_the_same_amounts_stand_on_every_page_and_in_the_mail(
    stall: Stall, visit: Visit, drain: Drain
) -> None:
    step = await visit.order()
    assert TOTAL in await visit.page(step)
    done = await visit.pay(step)
    thanks = await visit.page(done)
    number = str(await stall.value("SELECT number FROM shop_order"))
    assert number in thanks
    assert TOTAL in thanks
    order = await visit.page(f"/shop/orders/{number}")
    for amount in (GOODS, SHIPPING, TOTAL, TAX_10, TAX_8):
        assert amount in order
    assert TOTAL in await visit.page("/shop/orders")
    await drain(stall.tenant)
    mail = str(await stall.value("SELECT text_body FROM core_mail"))
    for amount in (GOODS, SHIPPING, TOTAL, "¥940", "¥160"):
        assert amount in mail
    assert await stall.value("SELECT amount FROM payments_sandbox_charge") == 12510


@pytest.mark.req("GL-23")
@pytest.mark.parametrize("single", [False, True])
async def test_one_brand_s_store_names_no_shop_from_list_to_order(
    stall: Stall, visit: Visit, single: bool
) -> None:
    await service.save(stall.ctx, {"single_brand": single}, None)
    name = str(await stall.value("SELECT name FROM shop_shop WHERE slug = 'honten'"))
    pages = [await visit.page(path) for path in ("/", "/shop/products", "/shop/cart")]
    pages.append(await visit.page(f"/shop/checkout/confirm?address={visit.buyer.address_id}"))
    done = await visit.pay(await visit.order())
    number = str(await stall.value("SELECT number FROM shop_order"))
    pages += [await visit.page(path) for path in ("/shop/orders", f"/shop/orders/{number}")]
    pages.append(await visit.page(done))
    named = [name in page for page in pages]
    assert not any(named) if single else all(named[1:6])


@pytest.mark.req("LC-4.2.1")
async def test_a_later_step_without_the_first_leads_back(visit: Visit, stall: Stall) -> None:
    for path in ("/shop/checkout/confirm", f"/shop/checkout/confirm?address={uuid.uuid4()}"):
        back = await visit.http.get(path)
        assert (back.status_code, back.headers["location"]) == (303, "/shop/checkout/address")
    nobodys = await visit.http.get(f"/shop/checkout/pay/{uuid.uuid4()}")
    assert nobodys.status_code == 404
    step = await visit.order()
    empty = await visit.http.get("/shop/checkout/address")
    assert empty.headers["location"] == "/shop/cart"
    assert (await visit.http.get(step.replace("pay", "done"))).headers["location"] == step


@pytest.mark.req("LC-4.2.1")
async def test_a_double_click_is_one_order(visit: Visit, stall: Stall) -> None:
    fields = await visit.form(f"/shop/checkout/confirm?address={visit.buyer.address_id}")
    first = await visit.http.post("/shop/checkout/confirm", data=fields)
    second = await visit.http.post("/shop/checkout/confirm", data=fields)
    assert first.headers["location"] == second.headers["location"]
    assert await stall.value("SELECT count(*) FROM shop_purchase") == 1


@pytest.mark.req("LC-4.2.2", "LC-4.2.3")
async def test_the_default_address_is_chosen_and_a_new_one_after_it_was_written(
    visit: Visit, stall: Stall
) -> None:
    first = (await visit.http.get("/shop/checkout/address")).text
    assert chosen_in(first) == str(visit.buyer.address_id)
    assert "デフォルト" in readable(first)
    added = await visit.http.post(
        "/account/addresses/new?next=/shop/checkout/address%3Fadded%3Dtrue",
        data={
            "label": "会社",
            "family_name": "山田",
            "given_name": "花子",
            "family_kana": "ヤマダ",
            "given_kana": "ハナコ",
            "postal_code": "150-0001",
            "prefecture": "東京都",
            "city": "渋谷区",
            "line1": "神宮前7-99-9",
            "phone": "03-1234-5678",
            "next": "/shop/checkout/address?added=true",
        },
    )
    assert added.headers["location"] == "/shop/checkout/address?added=true"
    after = (await visit.http.get(added.headers["location"])).text
    newest = await stall.value("SELECT id FROM core_address WHERE label = '会社'")
    assert chosen_in(after) == str(newest)


def chosen_in(page: str) -> str:
    found = re.search(r'name="address" value="([^"]+)" checked', page)
    assert found is not None
    return found.group(1)


@pytest.mark.req("LC-4.2.4")
async def test_without_an_address_there_is_no_way_on(visit: Visit, stall: Stall) -> None:
    async with stall.ctx.begin() as tx:
        await tx.execute("DELETE FROM core_address WHERE user_id = $1", visit.buyer.id)
    page = (await visit.http.get("/shop/checkout/address")).text
    assert "住所を追加する" in readable(page)
    assert 'name="address"' not in page
    assert re.search(r"<button[^>]*disabled[^>]*>\s*確認へ進む", page)


async def test_an_unconfirmed_mail_address_is_told_what_to_do(stall: Stall, client: ClientFor) -> None:
    goods = await stall.goods("honten", "口紅", 1000, 5)
    buyer = await stall.buyer(verified=False)
    await stall.fill_cart(buyer, [(goods, 1)])
    http = client(stall.tenant)
    http.cookies.set("sid", await stall.browser_session(buyer))
    page = (await http.get("/shop/checkout/address")).text
    assert "メールアドレスの確認が必要です" in page
    assert 'action="/register/resend"' in page
    past = await http.get(f"/shop/checkout/confirm?address={buyer.address_id}")
    assert past.headers["location"] == "/shop/checkout/address"


@pytest.mark.req("LC-4.2.6")
async def test_a_price_that_rose_meanwhile_is_shown_before_anything_is_ordered(
    visit: Visit, stall: Stall
) -> None:
    fields = await visit.form(f"/shop/checkout/confirm?address={visit.buyer.address_id}")
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_variant SET price = 9900 WHERE id = $1", visit.variants[0])
    answer = await visit.http.post("/shop/checkout/confirm", data=fields)
    assert answer.status_code == 409
    page = readable(answer.text)
    assert "腕時計 標準:価格が¥9,800から¥9,900に変わりました。" in page
    assert "お支払い金額が¥12,510から¥12,610に変わりました。" in page
    assert await stall.value("SELECT count(*) FROM shop_purchase") == 0


@pytest.mark.req("LC-4.2.10")
async def test_who_comes_too_late_is_told_so_and_not_charged(visit: Visit, stall: Stall) -> None:
    fields = await visit.form(f"/shop/checkout/confirm?address={visit.buyer.address_id}")
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET on_hand = 0 WHERE variant_id = $1", visit.variants[0])
    answer = await visit.http.post("/shop/checkout/confirm", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/shop/cart")
    assert await stall.value("SELECT count(*) FROM payments_op") == 0


@pytest.mark.req("LC-4.2.7")
async def test_a_declined_card_and_a_lost_answer_each_say_what_is_so(visit: Visit) -> None:
    step = await visit.order()
    assert await visit.pay(step, "tok_declined") == step
    assert "カードが承認されませんでした" in await visit.page(step)
    assert await visit.pay(step, "tok_lost") == step
    waiting = (await visit.http.get(step)).text
    assert "お支払いを確認しています" in waiting
    assert "data-poll=" in waiting
    assert "<form" not in waiting.partition("<main")[2].partition("</main>")[0]


@pytest.mark.req("LC-4.2.7")
async def test_three_d_secure_leads_to_the_bank_and_back(visit: Visit) -> None:
    step = await visit.order()
    bank = await visit.pay(step, "tok_3ds")
    assert bank.startswith("/payments_sandbox/3ds/")
    assert "認証する" in await visit.page(bank)
    back = await visit.http.post(bank, data={"outcome": "fail"})
    again = await visit.http.get(back.headers["location"])
    assert again.headers["location"] == step
    assert "本人認証ができませんでした" in await visit.page(step)


@pytest.mark.req("LC-5.1.1", "LC-5.1.2", "LC-5.2.1", "LC-5.2.5", "LC-5.2.7", "DF-01")
async def test_history_detail_and_cancelling(visit: Visit, stall: Stall) -> None:
    step = await visit.order()
    await visit.pay(step)
    number = await stall.value("SELECT number FROM shop_order")
    history = await visit.page("/shop/orders?status=confirmed")
    for word in ("確認済み", "支払い済み", "腕時計", "ほか1点", "3個"):
        assert word in history
    assert "該当する注文はありません" in await visit.page("/shop/orders?status=shipped")
    detail = await visit.page(f"/shop/orders/{number}")
    assert re.search(r"注文日時 \d{4}/\d{1,2}/\d{1,2} \d\d:\d\d", detail)
    for word in ("注文作成", "支払い完了", "未処理", "注文をキャンセル"):
        assert word in detail
    fields = await visit.form(f"/shop/orders/{number}")
    await visit.http.post(f"/shop/orders/{number}/cancel", data=fields)
    after = await visit.page(f"/shop/orders/{number}")
    assert "返金手続き中" in after
    assert "お客様によるキャンセル" in after
    assert f"/shop/orders/{number}/cancel" not in (await visit.http.get(f"/shop/orders/{number}")).text


@pytest.mark.req("LC-0.17", "LC-4.2.8")
async def test_a_banner_says_that_this_is_a_test(visit: Visit) -> None:
    assert "テスト環境" in (await visit.http.get("/shop/products")).text


async def test_a_guest_is_asked_to_log_in_first(stall: Stall, client: ClientFor) -> None:
    http = client(stall.tenant)
    for path in ("/shop/checkout/address", "/shop/orders", "/shop/orders/LC-20260101-0001"):
        answer = await http.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=")


async def test_pages_are_complete_in_english_too(visit: Visit, stall: Stall) -> None:
    visit.http.cookies.set("lang", "en")
    step = await visit.order()
    done = await visit.pay(step)
    number = await stall.value("SELECT number FROM shop_order")
    for path in (step.replace("pay", "done"), done, "/shop/orders", f"/shop/orders/{number}"):
        page = await visit.page(path)
        left = re.sub("腕時計|ほうじ茶|標準|hontenの店|山田 花子|東京都中央区銀座|〒", "", page)
        assert not re.search(r"[ぁ-んァ-ヶ一-龠]", left), left


async def test_the_buyers_own_page_names_recent_orders(visit: Visit, stall: Stall) -> None:
    await visit.pay(await visit.order())
    assert "最近の注文" in await visit.page("/account")


@pytest.mark.req("LC-4.1.6")
async def test_orders_of_one_unpaid_purchase_are_cancelled_together(
    stall: Stall, visit: Visit, client: ClientFor
) -> None:
    await stall.shop("hanare", "H")
    incense = await stall.goods("hanare", "お香", 700, 3)
    await stall.fill_cart(visit.buyer, [(incense, 1)])
    till = Till(client(stall.tenant), visit.buyer)
    placed = (await till.place()).json()
    number = placed["orders"][0]["number"]
    assert "一緒にキャンセルされます" in await visit.page(f"/shop/orders/{number}")
    answer = await client(stall.tenant).post(
        f"/api/shop/orders/{number}/cancel",
        headers={**visit.buyer.headers, "Idempotency-Key": "together-1"},
    )
    assert sorted(answer.json()["numbers"]) == sorted(order["number"] for order in placed["orders"])
    assert await stall.value("SELECT sum(reserved)::int FROM shop_stock") == 0
