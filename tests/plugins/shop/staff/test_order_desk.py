"""The desk's day: steps on many orders, notes, changes before a parcel leaves, slips, files, and the shop's mail."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import pytest

from nakamise.testing.fixtures import Drain
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.paying import pay
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Pay, Placed, PlaceOrder
from tests.plugins.shop.staff.office import API, PAGES, Office

NUMBERS = ("123456789013", "123456789024", "123456789035")
TO = {
    "family_name": "佐藤",
    "given_name": "次郎",
    "family_kana": "さとう",
    "given_kana": "じろう",
    "postal_code": "530-0001",
    "prefecture": "大阪府",
    "city": "大阪市北区",
    "line1": "梅田1-1-1",
    "phone": "06-1234-5678",
}


async def gift_order(office: Office, goods: list[tuple[uuid.UUID, int]]) -> Placed:
    """With a note and as a gift, by the buyer's own hand; paid."""
    buyer = await office.stall.buyer("花子")
    await office.stall.fill_cart(buyer, goods)
    wishes = {"note": "のし紙をお願いします\n=1+1", "gift": True}
    answer = await office.guest.put("/api/shop/cart/wishes", json=wishes, headers=buyer.headers)
    assert answer.status_code == 200, answer.text
    too_long = await office.guest.put(
        "/api/shop/cart/wishes", json={"note": "あ" * 301}, headers=buyer.headers
    )
    assert (too_long.status_code, list(too_long.json()["errors"])) == (422, ["note"])
    ctx = office.stall.ctx_of(buyer)
    seen = await confirm_view(ctx, buyer.address_id)
    placed = await place(ctx, uuid.uuid4().hex, PlaceOrder(buyer.address_id, seen.fingerprint))
    await pay(ctx, placed.purchase_id, uuid.uuid4().hex, Pay("tok_success"))
    return placed


async def stored(office: Office, order_id: object) -> dict[str, Any]:
    found: dict[str, Any] = (await office.api.get(f"{API}/orders/{order_id}")).json()
    return found


@pytest.mark.req("CL-14", "CL-33", "LC-8.5.1", "LC-8.6.3", "LC-9.7.1")
async def test_many_orders_are_started_and_sent_with_a_result_for_each(office: Office, drain: Drain) -> None:
    lip = await office.stall.goods("honten", "口紅", 1000, 9)
    orders = [(await office.order([(lip, 1)])).orders[0] for _ in range(3)]
    unpaid = (await office.order([(lip, 1)], paid=False)).orders[0]
    ids = [str(one.id) for one in (*orders, unpaid)]
    started = (await office.api.post(f"{API}/orders/bulk/start", json={"orders": ids})).json()
    assert [(one["number"], one["done"]) for one in started] == [
        *((one.number, True) for one in orders),
        (unpaid.number, False),
    ]
    assert started[-1]["code"] == "order_not_open"
    fields = {f"carrier.{one}": "yamato" for one in ids} | {
        f"number.{ids[0]}": NUMBERS[0],
        f"number.{ids[1]}": "1",
        f"number.{ids[3]}": NUMBERS[1],
    }
    page = await office.browser.post(f"{PAGES}/orders/bulk/ship", data={"orders": ids} | fields)
    assert page.status_code == 422
    for words in (
        "1件を発送しました",
        "この配送業者の送り状番号ではありません",
        "送り状番号が入力されていない",
        orders[0].number,
    ):
        assert words in page.text, words
    assert page.text.count('name="orders"') == 3, "what was sent is not offered again"
    fields |= {f"number.{ids[1]}": NUMBERS[1], f"number.{ids[2]}": NUMBERS[2]}
    again = await office.browser.post(f"{PAGES}/orders/bulk/ship", data={"orders": ids[:3]} | fields)
    assert again.text.count('name="orders"') == 1, "sent twice is refused"
    states = [(await stored(office, one.id))["status"] for one in orders]
    assert states == ["shipped"] * 3
    assert await office.stall.stock_of(lip) == (6, 1)
    nobody = (await office.api.post(f"{API}/orders/bulk/start", json={"orders": [str(uuid.uuid4())]})).json()
    assert [one["done"] for one in nobody] == [False]
    nothing = await office.browser.post(f"{PAGES}/orders/bulk/start", data={})
    assert nothing.status_code == 303
    await drain(office.stall.tenant)
    mails = "SELECT count(*) FROM core_mail WHERE subject LIKE '商品を発送しました%'"
    assert await office.count(mails) == 3


@pytest.mark.req("CL-12", "CL-22", "LC-8.5.1", "LC-9.7.1", "CL-15")
async def test_a_gift_with_a_note_is_seen_everywhere_and_its_slip_has_no_prices(office: Office) -> None:
    lip = await office.stall.goods("honten", "口紅", 1980, 9)
    gift = (await gift_order(office, [(lip, 2)])).orders[0]
    plain = (await office.order([(lip, 1)], name="太郎")).orders[0]
    detail = (await office.browser.get(f"{PAGES}/orders/{gift.id}")).text
    listed = (await office.browser.get(f"{PAGES}/orders")).text
    for words in ("のし紙をお願いします", "備考", "ギフト"):
        assert words in detail, words
    assert "ギフト" in listed
    slips = await office.browser.get(
        f"{PAGES}/orders/slips", params={"orders": [str(gift.id), str(plain.id)]}
    )
    sheets = slips.text.split('class="staff-slip"')[1:]
    by_number = {
        number: sheet for sheet in sheets for number in (gift.number, plain.number) if number in sheet
    }
    assert len(sheets) == 2
    assert "¥" not in by_number[gift.number]
    assert "山田 花子" in by_number[gift.number]
    assert "¥1,980" in by_number[plain.number]
    shown = await office.browser.get(f"{PAGES}/orders/{gift.id}/slip", params={"prices": "yes"})
    assert "¥1,980" in shown.text
    assert (await office.browser.get(f"{PAGES}/orders/slips")).status_code == 404
    for encoding, codec in (("utf-8-sig", "utf-8-sig"), ("cp932", "cp932")):
        file = await office.browser.get(
            f"{PAGES}/orders/export.csv", params={"encoding": encoding, "payment": "paid", "q": gift.number}
        )
        header, row = csv.reader(io.StringIO(file.content.decode(codec)))
        assert row[header.index("備考")] == "のし紙をお願いします\n=1+1"
        assert row[header.index("ギフト")] == "はい"
    none = (await office.api.get(f"{API}/orders", params={"payment": "refunded"})).json()
    assert (none["total"], sum(none["counts"].values())) == (0, 0)
    by_sku = await office.stall.value("SELECT sku FROM shop_order_line LIMIT 1")
    assert (await office.api.get(f"{API}/orders", params={"q": str(by_sku)})).json()["total"] == 2
    assert (await office.api.get(f"{API}/orders", params={"q": "やまだ"})).json()["total"] == 2


@pytest.mark.req("LC-9.7.1", "CL-14", "LC-5.2.5")
async def test_an_order_is_changed_until_it_leaves(office: Office, drain: Drain) -> None:
    lip = await office.stall.goods("honten", "口紅", 1000, 9)
    order = (await office.order([(lip, 3)])).orders[0]
    path = f"{API}/orders/{order.id}"
    wrong = await office.api.put(f"{path}/address", json=TO | {"postal_code": "1"})
    assert wrong.status_code == 422
    changed = (await office.api.put(f"{path}/address", json=TO)).json()
    assert changed["header"]["address"]["family_kana"] == "サトウ"
    assert (changed["header"]["total"], changed["header"]["buyer_name"]) == (order.total, "山田 花子")
    for query in ("佐藤", "さとう", "山田"):
        assert (await office.api.get(f"{API}/orders", params={"q": query})).json()["total"] == 1
    wishes = (await office.api.put(f"{path}/wishes", json={"note": "玄関先へ", "gift": True})).json()
    assert (wishes["header"]["note"], wishes["header"]["inputs"]["shop.gift"]) == ("玄関先へ", "1")
    idem = str(uuid.uuid4())
    fewer = {"idem": idem, "lines": [{"line_no": 1, "units": 2}], "reason": "在庫不足"}
    assert (await office.api.post(f"{path}/fewer", json=fewer)).status_code == 200
    answer = await office.api.post(f"{path}/fewer", json=fewer)
    assert (answer.json()["lines"][0]["refunded_qty"], answer.json()["pay_status"]) == (2, "part_refunded")
    assert await office.stall.stock_of(lip) == (9, 1)
    too_many = await office.api.post(f"{path}/fewer", json=fewer | {"idem": str(uuid.uuid4())})
    assert too_many.status_code == 409
    empty = await office.browser.post(
        f"{PAGES}/orders/{order.id}/fewer", data={"idem": idem, "units.1": "0", "reason": "x", "confirm": "1"}
    )
    assert (empty.status_code, "取り出す数" in empty.text) == (422, True)
    sent = await office.api.post(
        f"{API}/orders/bulk/ship",
        json={"parcels": [{"order_id": str(order.id), "carrier": "yamato", "tracking_number": NUMBERS[0]}]},
    )
    assert sent.json()[0]["done"], sent.text
    assert await office.stall.stock_of(lip) == (8, 0)
    for act in ("address", "wishes"):
        late = await office.api.put(
            f"{path}/{act}", json=TO | {"line1": "2-2"} if act == "address" else {"note": "x"}
        )
        assert (late.status_code, late.json()["code"]) == (409, "not_changeable")
    late = await office.api.post(
        f"{path}/fewer", json=fewer | {"idem": str(uuid.uuid4()), "lines": [{"line_no": 1, "units": 1}]}
    )
    assert (late.status_code, late.json()["code"]) == (409, "line_sent")
    kinds = [note["kind"] for note in (await stored(office, order.id))["timeline"]]
    assert kinds == ["placed", "paid", "changed", "changed", "refunding", "processing", "shipped"]
    page = (await office.browser.get(f"{PAGES}/orders/{order.id}")).text
    assert "お届け内容を変更" in page
    assert "店員" in page
    audited = "SELECT count(*) FROM core_audit WHERE act = 'shop.order_changed'"
    assert await office.count(audited) == 2


@pytest.mark.req("LC-9.7.1", "GA-14")
async def test_notes_are_for_staff_and_the_shop_hears_of_a_paid_order(office: Office, drain: Drain) -> None:
    async with office.stall.ctx.begin() as tx:
        await tx.execute('UPDATE shop_shop SET legal = legal || \'{"email": "shop@example.jp"}\'')
    lip = await office.stall.goods("honten", "口紅", 1000, 9)
    order = (await gift_order(office, [(lip, 1)])).orders[0]
    path = f"{API}/orders/{order.id}/notes"
    assert (await office.api.post(path, json={"body": "  "})).status_code == 422
    note = (await office.api.post(path, json={"body": "電話で確認済み"})).json()
    async with office.stall.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO shop_order_note (id, order_id, body, author_id) VALUES ($1, $2, 'よその人', $3)",
            *(uuid.uuid4(), order.id, uuid.uuid4()),
        )
    page = (await office.browser.get(f"{PAGES}/orders/{order.id}")).text
    assert "電話で確認済み" in page
    assert page.count("/remove") == 1, "only one's own note"
    foreign = await office.stall.value("SELECT id FROM shop_order_note WHERE body = 'よその人'")
    assert (await office.api.delete(f"{path}/{foreign}")).status_code == 404
    assert (await office.api.delete(f"{path}/{note['id']}")).status_code == 204
    assert len((await office.api.get(path)).json()) == 1
    await drain(office.stall.tenant)
    text = await office.stall.value("SELECT text_body FROM core_mail WHERE recipient = 'shop@example.jp'")
    for words in (order.number, "のし紙をお願いします", "ギフト", f"/admin/shop/orders/{order.id}"):
        assert words in str(text), words
    assert await office.count("SELECT count(*) FROM core_mail WHERE recipient = 'shop@example.jp'") == 1
    board = (await office.browser.get("/admin")).text
    assert f"{PAGES}/orders?status=confirmed" in board
