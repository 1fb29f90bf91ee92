"""Orders that are paid by bank transfer: told, held, noted once, lapsed, late, paid back by hand."""

from __future__ import annotations

import asyncio
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest

from nakamise.testing.fixtures import Drain
from nakamise_payments.reconciler import reconcile
from nakamise_payments_manual.noting import today
from nakamise_shop.checkout.expire import expire_due
from tests.plugins.payments_manual.bench import HERE, WAY, Bench

TOTAL = 3550
STATE = "SELECT state FROM payments_manual_charge WHERE key = $1"


async def _over(bench: Bench, purchase: uuid.UUID, drain: Drain) -> None:
    """The last second of the last day has passed."""
    overdue = "UPDATE shop_purchase SET expires_at = now() - interval '1 second' WHERE id = $1"
    await bench.execute(overdue, purchase)
    await bench.execute("UPDATE payments_manual_charge SET due_at = now() - interval '1 second'")
    await expire_due(bench.stall.ctx)
    await expire_due(bench.stall.ctx)
    await drain(bench.stall.tenant)


@pytest.mark.req("BX-16", "CL-17")
async def test_the_buyer_is_told_where_to_transfer_until_when(bench: Bench, drain: Drain) -> None:
    """Page, mail and API say the same; due at 23:59:59 in Japan, and the goods are held until then."""
    purchase = await bench.ordered()
    await drain(bench.stall.tenant)
    due = "SELECT to_char(due_at AT TIME ZONE 'Asia/Tokyo', 'HH24:MI:SS') FROM payments_manual_charge"
    assert await bench.value(due) == "23:59:59"
    days = "SELECT (due_at AT TIME ZONE 'Asia/Tokyo')::date - (now() AT TIME ZONE 'Asia/Tokyo')::date FROM payments_manual_charge"
    assert await bench.value(days) == 7
    held = "SELECT p.expires_at = c.due_at FROM shop_purchase p, payments_manual_charge c"
    assert await bench.value(held) is True
    assert await bench.stall.stock_of(bench.goods) == (10, 1)
    number = str(await bench.value("SELECT number FROM payments_manual_charge"))
    page = await bench.buyers_page(f"/shop/checkout/pay/{purchase}")
    mail = str(await bench.value("SELECT text_body FROM core_mail WHERE subject LIKE '%受け付けました'"))
    for said in ("花見銀行", "銀座支店（123）", "普通", "0123456", "カ）ハナミ", number):
        assert said in page, said
        assert said in mail, said
    assert "振込手数料はお客様のご負担" in page
    answer = await bench.client.get(f"/api/shop/checkout/{purchase}", headers=bench.buyer.headers)
    told = answer.json()["payment"]["instructions"]
    assert (told["kind"], told["reference"], told["codes"]) == ("bank_transfer", number, [])
    assert told["account"]["holder"] == "カ）ハナミ"
    order = await bench.buyers_page(f"/shop/orders/{await bench.value('SELECT number FROM shop_order')}")
    assert f"/shop/checkout/pay/{purchase}" in order


@pytest.mark.req("BX-16")
async def test_an_arrival_that_staff_note_pays_the_order_once(bench: Bench, drain: Drain) -> None:
    purchase = await bench.ordered()
    key = await bench.key_of(purchase)
    listed = await bench.look()
    assert f"{HERE}/{key}" in listed
    form = {"amount": TOTAL, "day": today(bench.stall.ctx).isoformat(), "version": 0}
    asked = await bench.client.post(f"{HERE}/{key}/arrived", data=form, headers=bench.staff)
    assert 'name="sure"' in asked.text, "a page says what follows first"
    assert await bench.value("SELECT received FROM payments_manual_charge") == 0
    done = await bench.note(key, TOTAL)
    assert done.headers["location"] == HERE
    await drain(bench.stall.tenant)
    assert await bench.states(str(purchase)) == ("paid", "paid")
    assert "全額入金済み" in (await _flash(bench, key)), "what is whole takes no more"
    assert await bench.value("SELECT count(*) FROM payments_manual_note") == 1
    assert await bench.value("SELECT count(*) FROM payments_transfer WHERE kind = 'capture'") == 1
    assert f"{HERE}/{key}" not in await bench.look()
    assert f"{HERE}/{key}" in await bench.look(f"{HERE}?stage=paid")
    reports = {one.provider_id: one for one in await reconcile(bench.stall.ctx)}
    assert (reports["payments_manual"].differences, reports["payments_manual"].moved) == ([], 1)
    assert await bench.broken() == {}


async def _flash(bench: Bench, key: uuid.UUID) -> str:
    """What staff read after they noted the same arrival once more."""
    answer = await bench.note(key, TOTAL)
    assert answer.status_code == 303
    cookie = bench.staff["Cookie"] + "".join(f"; {one.name}={one.value}" for one in answer.cookies.jar)
    page = await bench.client.get(answer.headers["location"], headers={"Cookie": cookie})
    return page.text.replace("<wbr>", "")


@pytest.mark.req("BX-16")
async def test_two_staff_at_once_make_one_receipt(bench: Bench, drain: Drain) -> None:
    key = await bench.key_of(await bench.ordered())
    await asyncio.gather(*(bench.note(key, 1000, version=0) for _ in range(4)))
    assert await bench.value("SELECT received FROM payments_manual_charge") == 1000
    await asyncio.gather(*(bench.note(key, TOTAL - 1000, version=1) for _ in range(4)))
    await drain(bench.stall.tenant)
    assert await bench.value("SELECT count(*) FROM payments_manual_note") == 2
    assert await bench.value("SELECT state FROM payments_op") == "succeeded"
    assert await bench.broken() == {}


@pytest.mark.req("BX-16")
async def test_too_little_waits_for_the_rest(bench: Bench, drain: Drain) -> None:
    purchase = await bench.ordered()
    key = await bench.key_of(purchase)
    await bench.note(key, 3000)
    await drain(bench.stall.tenant)
    assert await bench.states(str(purchase)) == ("pending", "pending")
    assert "不足 ¥550" in await bench.look()
    assert "不足" in await bench.look(f"{HERE}?q=550"), "what is missing is found by its amount"
    note = await bench.value("SELECT id FROM payments_manual_note")
    form = {"note": str(note), "version": 1}
    for _ in range(2):
        await bench.client.post(f"{HERE}/{key}/mistake", data=form, headers=bench.staff)
    assert await bench.value("SELECT received FROM payments_manual_charge") == 0, "taken back once"
    await bench.note(key, 3000)
    await bench.note(key, 550)
    await drain(bench.stall.tenant)
    assert await bench.states(str(purchase)) == ("paid", "paid")
    assert await bench.broken() == {}
    mistaken = {
        "note": str(await bench.value("SELECT max(id::text) FROM payments_manual_note")),
        "version": 4,
    }
    await bench.client.post(f"{HERE}/{key}/mistake", data=mistaken, headers=bench.staff)
    assert await bench.value("SELECT received FROM payments_manual_charge") == TOTAL, "the order has heard"


@pytest.mark.req("BX-16")
async def test_too_much_pays_the_order_and_is_to_be_paid_back(bench: Bench, drain: Drain) -> None:
    purchase = await bench.ordered()
    key = await bench.key_of(purchase)
    await bench.note(key, 4000)
    await drain(bench.stall.tenant)
    assert await bench.states(str(purchase)) == ("paid", "paid")
    assert await bench.value("SELECT amount FROM payments_transfer WHERE kind = 'capture'") == TOTAL
    assert "要返金 ¥450" in await bench.look(f"{HERE}?stage=owed")
    assert "銀行振込の要返金" in await bench.look("/admin")
    await bench.send_back(key, 400)
    assert await bench.value("SELECT returned FROM payments_manual_charge") == 0, "all of it, or none"
    await bench.send_back(key, 450)
    await bench.send_back(key, 450)
    assert await bench.value("SELECT returned FROM payments_manual_charge") == 450
    assert f"{HERE}/{key}" not in await bench.look(f"{HERE}?stage=owed")
    [report] = [one for one in await reconcile(bench.stall.ctx) if one.provider_id == "payments_manual"]
    assert report.differences == []
    assert await bench.broken() == {}


@pytest.mark.req("BX-16")
async def test_unpaid_ends_and_gives_the_goods_back_once(bench: Bench, drain: Drain) -> None:
    """A part that had come is to be paid back; nothing of it was ever booked."""
    purchase = await bench.ordered()
    key = await bench.key_of(purchase)
    await bench.note(key, 1000)
    await _over(bench, purchase, drain)
    assert await bench.states(str(purchase)) == ("expired", "expired")
    assert await bench.stall.stock_of(bench.goods) == (10, 0), "given back once"
    assert await bench.value("SELECT state FROM payments_manual_charge") == "canceled"
    assert await bench.value("SELECT count(*) FROM payments_transfer") == 0
    assert "要返金 ¥1,000" in await bench.look(f"{HERE}?stage=owed")
    await bench.send_back(key, 1000)
    assert f"{HERE}/{key}" in await bench.look(f"{HERE}?stage=ended")
    [report] = [one for one in await reconcile(bench.stall.ctx) if one.provider_id == "payments_manual"]
    assert report.differences == []
    assert await bench.broken() == {}


@pytest.mark.req("BX-16")
@pytest.mark.parametrize(("left", "end"), [(10, ("paid", "paid")), (0, ("expired", "expired"))])
async def test_money_after_the_end(bench: Bench, drain: Drain, left: int, end: tuple[str, str]) -> None:
    """The order goes on where the goods are still there; else its refund is a task for staff."""
    purchase = await bench.ordered()
    await _over(bench, purchase, drain)
    await bench.execute("UPDATE shop_stock SET on_hand = $1", left)
    key = await bench.key_of(purchase)
    asked = await bench.client.post(
        f"{HERE}/{key}/arrived",
        data={"amount": TOTAL, "day": today(bench.stall.ctx).isoformat(), "version": 0},
        headers=bench.staff,
    )
    assert "注文は終了しています" in asked.text.replace("<wbr>", "")
    await bench.note(key, TOTAL)
    await drain(bench.stall.tenant)
    assert await bench.states(str(purchase)) == end
    tasks = "SELECT count(*) FROM payments_op WHERE kind = 'refund' AND state = 'by_hand' AND amount = $1"
    assert await bench.value(tasks, TOTAL) == (left == 0)
    assert await bench.broken() == {}


async def test_who_cancels_is_told_not_to_transfer_and_late_money_is_a_task(
    bench: Bench, drain: Drain
) -> None:
    purchase = await bench.ordered()
    number = await bench.value("SELECT number FROM shop_order")
    headers = {**bench.buyer.headers, "Idempotency-Key": uuid.uuid4().hex}
    answer = await bench.client.post(f"/api/shop/orders/{number}/cancel", headers=headers)
    assert answer.is_success, answer.text
    await drain(bench.stall.tenant)
    told = "銀行振込の番号は無効になりました"
    assert told in await bench.buyers_page(f"/shop/orders/{number}")
    assert told in str(await bench.value("SELECT text_body FROM core_mail WHERE subject LIKE '%キャンセル%'"))
    await bench.note(await bench.key_of(purchase), TOTAL)
    await drain(bench.stall.tenant)
    assert await bench.value("SELECT count(*) FROM payments_op WHERE state = 'by_hand'") == 1
    assert await bench.states(str(purchase)) == ("cancelled", "cancelled")
    assert await bench.broken() == {}


async def test_the_comparison_at_night_hears_of_what_nobody_told(bench: Bench) -> None:
    """The job of a whole transfer was lost, and its order is older than the nights look back."""
    purchase = await bench.ordered()
    key = await bench.key_of(purchase)
    await bench.execute(
        "UPDATE payments_op SET created_at = now() - interval '9 days', first_sent_at = now() - interval '9 days'"
    )
    await bench.execute("UPDATE payments_manual_charge SET created_at = now() - interval '9 days'")
    await bench.note(key, TOTAL)
    assert await bench.value("SELECT state FROM payments_op") == "requires_action"
    [report] = [one for one in await reconcile(bench.stall.ctx) if one.provider_id == "payments_manual"]
    assert [one.trouble for one in report.differences] == ["state"]
    assert await bench.states(str(purchase)) == ("paid", "paid")
    assert await bench.broken() == {}


async def test_a_day_that_cannot_be_is_refused(bench: Bench) -> None:
    key = await bench.key_of(await bench.ordered())
    now = today(bench.stall.ctx)
    for day in (now + timedelta(days=1), now - timedelta(days=1)):
        form = {"amount": TOTAL, "day": day.isoformat(), "version": 0, "sure": "true"}
        answer = await bench.client.post(f"{HERE}/{key}/arrived", data=form, headers=bench.staff)
        assert answer.status_code == 422
        assert "注文日から今日まで" in answer.text.replace("<wbr>", "")
    assert await bench.value("SELECT count(*) FROM payments_manual_note") == 0


async def test_it_is_found_by_number_name_order_and_amount(bench: Bench) -> None:
    key = await bench.key_of(await bench.ordered())
    number = await bench.value("SELECT number FROM payments_manual_charge")
    order = await bench.value("SELECT number FROM shop_order")
    for words in (number, "花子", order, "3550", "¥3,550", "３５５０"):
        assert f"{HERE}/{key}" in await bench.look(f"{HERE}?q={words}"), words
    for words in ("999999999", "太郎", "100"):
        assert f"{HERE}/{key}" not in await bench.look(f"{HERE}?q={words}"), words


async def test_it_is_offered_with_a_complete_account_only(bench: Bench) -> None:
    ways = [one["provider_id"] for one in await _offered(bench)]
    assert ways == ["payments_sandbox", "payments_sandbox:konbini", WAY]
    for missing in ({"number": ""}, {"bank": " "}, {"min_amount": 3551}, {"max_amount": 3549}):
        await bench.ready(**missing)
        assert WAY not in [one["provider_id"] for one in await _offered(bench)], missing
    await bench.ready(min_amount=TOTAL, max_amount=TOTAL)
    assert WAY in [one["provider_id"] for one in await _offered(bench)]


async def _offered(bench: Bench) -> list[dict[str, Any]]:
    await bench.execute("DELETE FROM shop_cart_line")
    await bench.stall.fill_cart(bench.buyer, [(bench.goods, 1)])
    seen: dict[str, Any] = await bench.till.confirmation()
    return list(seen["methods"])


async def test_who_may_not_confirm_sees_nothing(bench: Bench) -> None:
    key = await bench.key_of(await bench.ordered())
    cookie = {"Cookie": f"sid={await bench.stall.browser_session(bench.buyer)}"}
    for path in (HERE, f"{HERE}/{key}"):
        assert (await bench.client.get(path, headers=cookie)).status_code in (403, 404)
    form = {"amount": TOTAL, "day": today(bench.stall.ctx).isoformat(), "version": 0, "sure": "true"}
    refused = await bench.client.post(f"{HERE}/{key}/arrived", data=form, headers=cookie)
    assert refused.status_code in (403, 404)
    assert await bench.value("SELECT count(*) FROM payments_manual_note") == 0


async def _pages(bench: Bench, key: uuid.UUID, amount: int) -> str:
    """Note an arrival as a browser does, with what each page gave it; the page that asked."""
    shown = await bench.look(f"{HERE}/{key}")
    day = today(bench.stall.ctx).isoformat()
    version = shown.partition('name="version" value="')[2].partition('"')[0]
    form = {"amount": str(amount), "day": day, "version": version}
    asked = await bench.client.post(f"{HERE}/{key}/arrived", data=form, headers=bench.staff)
    given = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.text))
    assert given["amount"] == str(amount), asked.text
    done = await bench.client.post(f"{HERE}/{key}/arrived", data=given, headers=bench.staff)
    assert done.status_code == 303
    return asked.text.replace("<wbr>", "")


@pytest.mark.req("BX-16")
async def test_what_comes_once_more_is_to_be_paid_back(bench: Bench, drain: Drain) -> None:
    """The buyer transferred twice: the order was paid once, and the second is theirs. One noted twice is taken back."""
    purchase = await bench.ordered()
    key = await bench.key_of(purchase)
    assert "すでに記録" not in await _pages(bench, key, TOTAL)
    await drain(bench.stall.tenant)
    settled = await bench.value("SELECT settled_at FROM payments_manual_charge")
    for _ in range(2):
        assert "全額の入金はすでに記録されています" in await _pages(bench, key, TOTAL)
    second = await bench.value("SELECT id FROM payments_manual_note WHERE version = 2")
    mistaken = {"note": str(second), "version": await bench.version(key)}
    await bench.client.post(f"{HERE}/{key}/mistake", data=mistaken, headers=bench.staff)
    assert f"要返金 ¥{TOTAL:,}" in await bench.look(f"{HERE}?stage=owed")
    await bench.send_back(key, TOTAL)
    row = "SELECT ARRAY[received, returned] FROM payments_manual_charge WHERE state = 'succeeded'"
    assert await bench.value(row) == [2 * TOTAL, TOTAL]
    assert await bench.value("SELECT settled_at FROM payments_manual_charge") == settled
    first = await bench.value("SELECT id FROM payments_manual_note WHERE version = 0")
    mistaken = {"note": str(first), "version": await bench.version(key)}
    await bench.client.post(f"{HERE}/{key}/mistake", data=mistaken, headers=bench.staff)
    assert await bench.value(row) == [2 * TOTAL, TOTAL], "what the order heard of stays"
    await drain(bench.stall.tenant)
    assert await bench.states(str(purchase)) == ("paid", "paid")
    assert await bench.value("SELECT count(*) FROM payments_transfer WHERE kind = 'capture'") == 1
    assert await bench.broken() == {}


async def test_an_emptied_account_only_stops_new_transfers(bench: Bench, drain: Drain) -> None:
    """Awaited ones are paid, and end, as they would have."""
    paid, lapsed = [await bench.ordered() for _ in range(2)]
    await bench.ready(number="")
    await bench.note(await bench.key_of(paid), TOTAL)
    await drain(bench.stall.tenant)
    assert await bench.states(str(paid)) == ("paid", "paid")
    await _over(bench, lapsed, drain)
    assert await bench.states(str(lapsed)) == ("expired", "expired")
    assert await bench.value(STATE, await bench.key_of(lapsed)) == "canceled"
    [report] = [one for one in await reconcile(bench.stall.ctx) if one.provider_id == "payments_manual"]
    assert (report.differences, report.moved) == ([], 1)
    assert await bench.broken() == {}


@pytest.mark.parametrize("days", [0, 2])
async def test_staff_read_whether_late_money_was_in_time(bench: Bench, drain: Drain, days: int) -> None:
    """The bank had it on the last day, or after it; what comes of it the order says, not a promise."""
    purchase = await bench.ordered()
    await _over(bench, purchase, drain)
    await bench.execute("UPDATE payments_manual_charge SET due_at = due_at - $1 * interval '1 day'", days)
    key = await bench.key_of(purchase)
    asked = await _pages(bench, key, TOTAL)
    assert ("期限内の入金ですが" in asked) == (days == 0)
    assert "キャンセルされた注文" in asked
