"""Processing and sending, line by line, and what the buyer sees and gets."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
import pytest

from nakamise.errors import Conflict, Invalid, NotFound
from nakamise.testing.fixtures import ClientFor, Drain
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.domain.order_state import LineState, OrderState, order_status
from nakamise_shop.orders import fulfil
from nakamise_shop.orders.status import STATUS_SQL
from tests.plugins.shop.stall import Buyer, Stall, Till

# The twelfth digit is the remainder of the first eleven by seven.
YAMATO = "1234-5678-9013"


class Mail(msgspec.Struct):
    recipient: str
    subject: str
    text_body: str


@pytest.fixture
async def paid(stall: Stall, client: ClientFor) -> tuple[Buyer, uuid.UUID, str, list[uuid.UUID]]:
    """An order of two lines (2 × 2,480 and 1 × 1,080 at 8 %), paid."""
    goods = [
        await stall.goods("honten", "口紅", 2480, 5),
        await stall.goods("honten", "ほうじ茶", 1080, 5, tax_class="reduced"),
    ]
    buyer = await stall.buyer("花子")
    await stall.fill_cart(buyer, [(goods[0], 2), (goods[1], 1)])
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    return buyer, uuid.UUID(placed["orders"][0]["id"]), placed["orders"][0]["number"], goods


async def seen(stall: Stall, client: ClientFor, buyer: Buyer, number: str) -> dict[str, Any]:
    answer = await client(stall.tenant).get(f"/api/shop/orders/{number}", headers=buyer.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


Paid = tuple[Buyer, uuid.UUID, str, list[uuid.UUID]]


@pytest.mark.req("LC-5.2.2", "LC-5.2.5", "LC-8.6.2", "LC-5.2.8")
async def test_lines_are_sent_apart_and_the_order_follows(
    stall: Stall, client: ClientFor, paid: Paid
) -> None:
    buyer, order_id, number, goods = paid
    assert (await seen(stall, client, buyer, number))["status"] == "confirmed"
    async with stall.ctx.begin() as tx:
        await fulfil.start(stall.ctx, tx, order_id, [1, 2])
    async with stall.ctx.begin() as tx:
        first = await fulfil.ship(stall.ctx, tx, order_id, [1], Carrier.YAMATO, YAMATO)
    half = await seen(stall, client, buyer, number)
    assert half["status"] == "processing"
    assert [line["fulfil_state"] for line in half["lines"]] == ["shipped", "processing"]
    assert half["shipments"][0]["tracking_number"] == "123456789013"
    assert [await stall.stock_of(one) for one in goods] == [(3, 0), (5, 1)]
    async with stall.ctx.begin() as tx:
        second = await fulfil.ship(stall.ctx, tx, order_id, [2], Carrier.SAGAWA, "1234567890")
    assert (await seen(stall, client, buyer, number))["status"] == "shipped"
    for shipment in (first, second):
        async with stall.ctx.begin() as tx:
            await fulfil.deliver(stall.ctx, tx, order_id, shipment)
    whole = await seen(stall, client, buyer, number)
    assert whole["status"] == "delivered"
    kinds = [note["kind"] for note in whole["timeline"]]
    assert kinds == ["placed", "paid", "processing", "shipped", "shipped", "delivered", "delivered"]
    assert [await stall.stock_of(one) for one in goods] == [(3, 0), (4, 0)]


@pytest.mark.req("LC-8.6.2")
async def test_steps_are_not_skipped_nor_taken_twice(stall: Stall, paid: Paid) -> None:
    _, order_id, _, goods = paid
    with pytest.raises(Conflict):
        async with stall.ctx.begin() as tx:
            await fulfil.ship(stall.ctx, tx, order_id, [1], Carrier.YAMATO, YAMATO)
    async with stall.ctx.begin() as tx:
        await fulfil.start(stall.ctx, tx, order_id, [1])
    for lines in ([1], [1, 2], [], [9]):
        with pytest.raises(Conflict):
            async with stall.ctx.begin() as tx:
                await fulfil.start(stall.ctx, tx, order_id, lines)
    async with stall.ctx.begin() as tx:
        shipment = await fulfil.ship(stall.ctx, tx, order_id, [1], Carrier.YAMATO, YAMATO)
    with pytest.raises(NotFound):
        async with stall.ctx.begin() as tx:
            await fulfil.deliver(stall.ctx, tx, uuid.uuid4(), shipment)
    async with stall.ctx.begin() as tx:
        await fulfil.deliver(stall.ctx, tx, order_id, shipment)
    with pytest.raises(Conflict):
        async with stall.ctx.begin() as tx:
            await fulfil.deliver(stall.ctx, tx, order_id, shipment)
    assert await stall.stock_of(goods[0]) == (3, 0)


@pytest.mark.req("LC-5.2.8", "LC-5.2.2")
async def test_the_buyers_page_leads_to_the_carriers_page(
    stall: Stall, client: ClientFor, paid: Paid
) -> None:
    buyer, order_id, number, _ = paid
    async with stall.ctx.begin() as tx:
        await fulfil.start(stall.ctx, tx, order_id, [1, 2])
        await fulfil.ship(stall.ctx, tx, order_id, [1], Carrier.YAMATO, YAMATO)
    browser = client(stall.tenant)
    browser.cookies.set("sid", await stall.browser_session(buyer))
    page = (await browser.get(f"/shop/orders/{number}")).text
    assert 'href="https://member.kms.kuronekoyamato.co.jp/parcel/detail?pno=123456789013"' in page
    for word in ("ヤマト運輸", "発送済み", "処理中"):
        assert word in page


@pytest.mark.req("LC-8.6.3")
async def test_a_number_that_the_carrier_does_not_give_out_is_refused(stall: Stall, paid: Paid) -> None:
    _, order_id, _, _ = paid
    with pytest.raises(Invalid) as refused:
        async with stall.ctx.begin() as tx:
            await fulfil.ship(stall.ctx, tx, order_id, [1], Carrier.YAMATO, "1234-5678-9011")
    assert list(refused.value.fields) == ["tracking_number"]


@pytest.mark.req("LC-4.2.9", "LC-8.6.3", "DF-08")
async def test_the_buyer_gets_one_mail_for_each_thing_with_the_confirmed_amounts(
    stall: Stall, drain: Drain, paid: Paid
) -> None:
    buyer, order_id, number, _ = paid
    async with stall.ctx.begin() as tx:
        await fulfil.start(stall.ctx, tx, order_id, [1, 2])
        await fulfil.ship(stall.ctx, tx, order_id, [1, 2], Carrier.YAMATO, YAMATO)
    await drain(stall.tenant)
    await drain(stall.tenant)
    async with stall.ctx.read() as tx:
        mails = await tx.all(Mail, "SELECT recipient, subject, text_body FROM core_mail")
    assert [mail.recipient for mail in mails] == [buyer.email] * 2
    # Only deliveries to one listener come in order, and each of these mails has a listener of its own.
    texts = {mail.subject: mail.text_body for mail in mails}
    thanks, sent = f"ご注文ありがとうございます({number})", f"商品を発送しました({number})"
    assert set(texts) == {thanks, sent}
    assert "合計（税込）: ¥6,590" in texts[thanks]
    assert "8%対象※ ¥1,080 内消費税: ¥80" in texts[thanks]
    assert "10%対象 ¥5,510 内消費税: ¥500" in texts[thanks]
    assert "ヤマト運輸、送り状番号 123456789013" in texts[sent]
    assert "nakamise" not in (texts[thanks] + thanks).lower()


@pytest.mark.req("LC-5.1.1", "LC-5.2.1")
async def test_history_counts_every_order_once_in_its_status(
    stall: Stall, client: ClientFor, paid: Paid
) -> None:
    buyer, _, number, _ = paid
    answer = await client(stall.tenant).get("/api/shop/orders", headers=buyer.headers)
    page = answer.json()
    assert (page["total"], page["counts"]) == (1, {"confirmed": 1})
    [row] = page["items"]
    assert (row["number"], row["line_count"], row["piece_count"], row["total"]) == (number, 2, 3, 6590)
    for status, count in (("confirmed", 1), ("shipped", 0), ("cancelled", 0)):
        found = await client(stall.tenant).get(
            "/api/shop/orders", params={"status": status}, headers=buyer.headers
        )
        assert (found.json()["total"], len(found.json()["items"])) == (count, count)


async def test_the_status_in_sql_is_the_status_of_the_rules(stall: Stall, paid: Paid) -> None:
    """Every state with every fulfilment of two lines, and an order of which nothing is left to send."""
    order_id = paid[1]
    stored = ("pending", "paid", "expired", "cancelled", "part_refunded", "refunded")
    sent = (LineState.UNFULFILLED, LineState.PROCESSING, LineState.SHIPPED, LineState.DELIVERED)
    async with stall.ctx.begin() as tx:
        for state in stored:
            for one in sent:
                for other in sent:
                    shown = await tx.value(
                        f"SELECT {STATUS_SQL} FROM (SELECT $1::text AS state, $2::text AS fulfil_state,"
                        " $3::uuid AS id) s",
                        *(state, derived([one, other]), order_id),
                    )
                    assert shown == order_status(OrderState(state), [one, other]), (state, one, other)
        await tx.execute("UPDATE shop_order_line SET refunded_qty = qty WHERE order_id = $1", order_id)
        await tx.execute("UPDATE shop_order SET state = 'part_refunded' WHERE id = $1", order_id)
        shown = await tx.value(f"SELECT {STATUS_SQL} FROM shop_order WHERE id = $1", order_id)
        assert shown == order_status(OrderState.PART_REFUNDED, []) == "cancelled"
        await tx.execute("UPDATE shop_order_line SET refunded_qty = 0 WHERE order_id = $1", order_id)
        await tx.execute("UPDATE shop_order SET state = 'paid' WHERE id = $1", order_id)


def derived(lines: list[LineState]) -> str:
    """As ``fulfil`` writes it on the order."""
    states = {line.value for line in lines}
    if states == {"delivered"}:
        return "delivered"
    if states <= {"shipped", "delivered"}:
        return "shipped"
    if states & {"shipped", "delivered"}:
        return "part_shipped"
    return "processing" if "processing" in states else "unfulfilled"
