"""Orders at the staff's desk: list, steps, parcels, cancelling, export."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import pytest

from nakamise.contracts.orders import RefundLine, RefundOrder
from nakamise.testing.fixtures import Drain
from nakamise.ui.sheets import safe_cell
from nakamise_shop.checkout.schemas import Placed
from nakamise_shop.domain.order_state import LineState, OrderState, OrderStatus, order_status
from nakamise_shop.orders.refunding import refund
from tests.plugins.shop.staff.office import API, PAGES, Office

YAMATO = "123456789013"
CANCELLED_BY = "在庫の破損のため"


async def two_lines(office: Office, **options: Any) -> tuple[Placed, uuid.UUID, uuid.UUID]:
    lip = await office.stall.goods("honten", "口紅", 3960, 9)
    tea = await office.stall.goods("honten", "香り茶", 1080, 9, tax_class="reduced")
    return await office.order([(lip, 1), (tea, 2)], **options), lip, tea


async def ship(office: Office, order_id: object, lines: list[int], number: str = YAMATO) -> Any:
    body = {"lines": lines, "carrier": "yamato", "tracking_number": number}
    return await office.api.post(f"{API}/orders/{order_id}/shipments", json=body)


@pytest.mark.req("LC-8.5.1", "DF-06", "DF-24", "DF-02", "CL-14", "CL-33")
async def test_each_order_is_one_row_with_its_time_and_sum(office: Office) -> None:
    placed, _, _ = await two_lines(office)
    number = placed.orders[0].number
    found = (await office.api.get(f"{API}/orders")).json()
    assert [one["number"] for one in found["items"]] == [number]
    assert (found["total"], found["items"][0]["item_count"]) == (1, 3)
    page = (await office.browser.get(f"{PAGES}/orders")).text
    assert page.count(f">{number}</a>") == 1
    assert "¥6,670" in page
    assert "3個の商品" in page
    zone = office.stall.tenant.timezone
    shown = await office.stall.value(
        "SELECT to_char(placed_at AT TIME ZONE $1, 'FMYYYY/FMMM/FMDD HH24:MI') FROM shop_order", zone
    )
    assert str(shown) in page


@pytest.mark.req("LC-8.6.1", "LC-8.6.2", "LC-8.6.3")
async def test_lines_are_sent_apart_and_the_status_follows(office: Office) -> None:
    placed, lip, tea = await two_lines(office)
    order_id = placed.orders[0].id
    at = f"{API}/orders/{order_id}"
    assert (await office.api.get(at)).json()["status"] == "confirmed"
    started = await office.api.post(f"{at}/start", json={"lines": [1, 2]})
    assert started.json()["status"] == "processing"
    first = (await ship(office, order_id, [1])).json()
    assert first["status"] == "processing"
    assert await office.stall.stock_of(lip) == (8, 0)
    assert await office.stall.stock_of(tea) == (9, 2)
    second = (await ship(office, order_id, [2], "234567890126")).json()
    assert second["status"] == "shipped"
    for parcel in second["shipments"]:
        done = await office.api.post(f"{at}/shipments/{parcel['id']}/deliver")
        assert done.status_code == 200
    assert (await office.api.get(at)).json()["status"] == "delivered"
    page = (await office.browser.get(f"{PAGES}/orders/{order_id}")).text
    for words in ("注文ステータス", "支払いステータス", "合計金額", "注文日時", "配達済み", "支払い済み"):
        assert words in page


@pytest.mark.req("LC-8.6.2")
async def test_no_step_is_skipped_or_undone(office: Office) -> None:
    placed, lip, _ = await two_lines(office)
    order_id = placed.orders[0].id
    assert (await ship(office, order_id, [1])).status_code == 409
    assert (await office.api.post(f"{API}/orders/{order_id}/start", json={"lines": [9]})).status_code == 409
    await office.api.post(f"{API}/orders/{order_id}/start", json={"lines": [1]})
    parcel = (await ship(office, order_id, [1])).json()["shipments"][0]["id"]
    again = await office.api.post(f"{API}/orders/{order_id}/start", json={"lines": [1]})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_step")
    deliver = f"{API}/orders/{order_id}/shipments/{parcel}/deliver"
    assert (await office.api.post(deliver)).status_code == 200
    assert (await office.api.post(deliver)).status_code == 409
    assert await office.stall.stock_of(lip) == (8, 0)


async def test_unpaid_orders_are_not_processed(office: Office) -> None:
    placed, _, _ = await two_lines(office, paid=False)
    answer = await office.api.post(f"{API}/orders/{placed.orders[0].id}/start", json={"lines": [1]})
    assert (answer.status_code, answer.json()["code"]) == (409, "order_not_open")


@pytest.mark.req("LC-8.6.3")
async def test_numbers_that_no_carrier_gives_out_are_refused_in_words(office: Office) -> None:
    placed, _, _ = await two_lines(office)
    order_id = placed.orders[0].id
    await office.api.post(f"{API}/orders/{order_id}/start", json={"lines": [1, 2]})
    for carrier, number in (
        ("yamato", "123456789014"),
        ("yamato", "12345"),
        ("sagawa", "12345678901"),
        ("japan_post", "AB12"),
    ):
        form = {"lines": ["1", "2"], "carrier": carrier, "tracking_number": number}
        answer = await office.browser.post(f"{PAGES}/orders/{order_id}/ship", data=form)
        assert answer.status_code == 422
        assert f'value="{number}"' in answer.text
        assert "追跡番号" in answer.text
    assert await office.count("SELECT count(*) FROM shop_shipment") == 0


@pytest.mark.req("LC-8.6.3")
async def test_the_desk_ships_by_its_page(office: Office) -> None:
    placed, _, _ = await two_lines(office)
    order_id = placed.orders[0].id
    at = f"{PAGES}/orders/{order_id}"
    nothing = await office.browser.post(f"{at}/start", data={})
    assert nothing.status_code == 422
    assert (await office.browser.post(f"{at}/start", data={"lines": ["1", "2"]})).status_code == 303
    form = {"lines": ["1", "2"], "carrier": "yamato", "tracking_number": "1234-5678-9013"}
    assert (await office.browser.post(f"{at}/ship", data=form)).status_code == 303
    page = (await office.browser.get(at)).text
    assert YAMATO in page
    assert "ヤマト運輸" in page


@pytest.mark.req("LC-9.0.3", "LC-9.0.2")
async def test_cancelling_needs_a_reason_and_gives_everything_back(office: Office) -> None:
    placed, lip, tea = await two_lines(office, paid=False)
    order_id = placed.orders[0].id
    at = f"{PAGES}/orders/{order_id}/cancel"
    assert (await office.browser.post(at, data={"confirm": "1"})).status_code == 422
    assert (await office.browser.post(at, data={"reason": CANCELLED_BY})).status_code == 422
    done = await office.browser.post(at, data={"reason": CANCELLED_BY, "confirm": "1"})
    assert done.status_code == 303
    assert await office.stall.stock_of(lip) == (9, 0)
    assert await office.stall.stock_of(tea) == (9, 0)
    page = (await office.browser.get(f"{PAGES}/orders/{order_id}")).text
    assert CANCELLED_BY in page
    assert "キャンセル" in page
    again = await office.api.post(f"{API}/orders/{order_id}/cancel", json={"reason": "もう一度"})
    assert (again.status_code, again.json()["code"]) == (409, "not_cancellable")


async def mails_to_buyers(office: Office) -> list[str]:
    async with office.stall.ctx.read() as tx:
        return await tx.values("SELECT text_body FROM core_mail ORDER BY created_at, id")


@pytest.mark.req("LC-9.0.3")
async def test_the_buyer_is_told_why(office: Office, drain: Drain) -> None:
    placed, _, _ = await two_lines(office)
    order_id = placed.orders[0].id
    body = {"reason": CANCELLED_BY}
    cancelled = await office.api.post(f"{API}/orders/{order_id}/cancel", json=body)
    assert cancelled.status_code == 200, cancelled.text
    await drain(office.stall.tenant)
    assert [mail for mail in await mails_to_buyers(office) if CANCELLED_BY in mail]


@pytest.mark.req("LC-8.6.3", "LC-0.7")
async def test_each_parcel_is_one_mail_with_its_number(office: Office, drain: Drain) -> None:
    placed, _, _ = await two_lines(office)
    order_id = placed.orders[0].id
    await office.api.post(f"{API}/orders/{order_id}/start", json={"lines": [1, 2]})
    await ship(office, order_id, [1, 2])
    assert (await ship(office, order_id, [1, 2])).status_code == 409
    await drain(office.stall.tenant)
    assert len([mail for mail in await mails_to_buyers(office) if YAMATO in mail]) == 1


async def test_an_order_that_left_is_not_cancelled(office: Office) -> None:
    placed, _, _ = await two_lines(office)
    order_id = placed.orders[0].id
    await office.api.post(f"{API}/orders/{order_id}/start", json={"lines": [1]})
    await ship(office, order_id, [1])
    answer = await office.api.post(f"{API}/orders/{order_id}/cancel", json={"reason": "遅い"})
    assert answer.json()["code"] == "not_cancellable"


@pytest.mark.req("LC-8.5.1", "LC-9.0.1")
async def test_search_period_and_tabs_agree_with_the_database(office: Office) -> None:
    lip = await office.stall.goods("honten", "薔薇水", 1000, 50)
    await office.order([(lip, 1)], name="太郎")
    await office.order([(lip, 1)], name="花子", paid=False)

    async def numbers(**query: str) -> int:
        found = (await office.api.get(f"{API}/orders", params=query)).json()
        assert found["total"] == len(found["items"])
        return int(found["total"])

    found = (await office.api.get(f"{API}/orders")).json()
    assert (found["counts"]["pending"], found["counts"]["confirmed"]) == (1, 1)
    assert await numbers(status="pending") == 1
    assert await numbers(q="太郎") == 1
    assert await numbers(q="薔薇水") == 2
    assert await numbers(q="ない商品") == 0
    assert await numbers(q=found["items"][0]["number"].lower()) == 1
    assert await numbers(since="2000-01-01", until="2000-12-31") == 0
    assert await numbers(since="2000-01-01") == 2
    assert await numbers(shop="nowhere") == 0
    for phone in ("03-1234-5678", "０３１２３４５６７８", "+81 3 1234 5678"):
        assert await numbers(q=phone) == 2, phone
    assert await numbers(q="03-1234-5679") == 0
    assert await numbers(q="1234") == 0, "a piece of a number is an order's"
    beyond = (await office.browser.get(f"{PAGES}/orders", params={"page": "99"})).text
    assert (beyond.count('name="orders"'), "注文はまだありません" in beyond) == (2, False)
    no_date = (await office.browser.get(f"{PAGES}/orders", params={"since": "2026-13-01"})).text
    assert "「2026-13-01」は日付として読み取れない" in no_date
    assert "日付として読み取れない" not in beyond


@pytest.mark.req("LC-8.5.1", "LC-9.7.1")
async def test_who_packs_reads_what_is_still_in_the_order(office: Office) -> None:
    """Two of three taken out before they left: gone from the list, the order's head and the file; a return is not."""
    lip = await office.stall.goods("honten", "シルクルージュ", 3960, 9)
    tea = await office.stall.goods("honten", "香り茶", 1080, 9, tax_class="reduced")
    placed = await office.order([(lip, 3), (tea, 1)])
    order_id = placed.orders[0].id
    ctx = office.stall.ctx
    query = "SELECT line_no FROM shop_order_line WHERE order_id = $1 AND variant_id = $2"
    lip_no, tea_no = [int(str(await office.stall.value(query, order_id, one))) for one in (lip, tea)]

    async def back(*lines: tuple[int, int]) -> None:
        wanted = tuple(RefundLine(line_no=no, qty=qty) for no, qty in lines)
        async with ctx.begin() as tx:
            await refund(ctx, tx, order_id, RefundOrder(idem=uuid.uuid4(), lines=wanted))

    async def told() -> tuple[int, str, str, bool]:
        found = (await office.api.get(f"{API}/orders")).json()["items"][0]["item_count"]
        file = (await office.browser.get(f"{PAGES}/orders/export.csv")).content.decode("utf-8-sig")
        [row] = csv.DictReader(io.StringIO(file))
        page = (await office.browser.get(f"{PAGES}/orders/{order_id}")).text
        return found, row["商品数"], row["商品"], f"{found}個の商品" in page

    await back((lip_no, 2), (tea_no, 1))
    assert await told() == (1, "1", "シルクルージュ 標準 ×1", True)
    await office.api.post(f"{API}/orders/{order_id}/start", json={"lines": [lip_no]})
    assert (await ship(office, order_id, [lip_no])).status_code == 201
    await back((lip_no, 1))
    assert await told() == (1, "1", "シルクルージュ 標準 ×1", True), "it was in the parcel"


@pytest.mark.req("LC-8.5.1")
async def test_the_export_is_safe_to_open(office: Office) -> None:
    evil = await office.stall.goods("honten", '=HYPERLINK("http://evil.example")', 1000, 5)
    await office.order([(evil, 1)], name="+cmd")
    answer = await office.browser.get(f"{PAGES}/orders/export.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header[:4] == ["注文番号", "注文日時", "ショップ", "お客様"]
    assert len(header) == len(row)
    assert row[header.index("商品")].startswith("'=")
    assert row[header.index("合計金額")] == "1550"
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "＝1"])
def test_a_formula_becomes_text(text: str) -> None:
    assert safe_cell(text).startswith("'") or text.startswith("＝")
    assert safe_cell(-5) == "-5"


@pytest.mark.req("LC-8.5.1")
async def test_the_lists_status_is_the_domains(office: Office) -> None:
    """Every state that the tables allow, against the pure function."""
    lip = await office.stall.goods("honten", "口紅", 1000, 5)
    placed = await office.order([(lip, 1)])
    lines = {
        "unfulfilled": "unfulfilled",
        "processing": "processing",
        "shipped": "shipped",
        "delivered": "delivered",
    }
    for state in ("pending", "paid", "expired", "cancelled", "part_refunded", "refunded"):
        for fulfil, line in lines.items():
            async with office.stall.ctx.begin() as tx:
                await tx.execute(
                    "UPDATE shop_order SET state = $2, fulfil_state = $3 WHERE id = $1",
                    *(placed.orders[0].id, state, fulfil),
                )
            found = (await office.api.get(f"{API}/orders")).json()["items"][0]
            expected = order_status(OrderState(state), [LineState(line)])
            assert OrderStatus(found["status"]) is expected, (state, fulfil)


async def test_the_packing_slip_has_items_and_address(office: Office) -> None:
    placed, _, _ = await two_lines(office)
    page = (await office.browser.get(f"{PAGES}/orders/{placed.orders[0].id}/slip")).text
    for words in ("納品書", "口紅", "香り茶", "〒104-0061", "東京都中央区銀座9-99-9"):
        assert words in page
