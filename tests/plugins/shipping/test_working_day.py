"""CL-44: order → accepted → payment → slips out → imported → tracking → notice, and what may go wrong on the way."""

from __future__ import annotations

import asyncio
import csv
import io
import uuid
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from nakamise.contracts.orders import OrderView
from nakamise.testing.fixtures import Drain
from nakamise_shipping.domain.sizes import SizeClass
from tests.plugins.shipping.depot import API, CONFIG, Depot
from tests.plugins.shop.stall import Buyer

YAMATO, OTHER = "490714955706", "123456789013"


async def upload(depot: Depot, data: bytes) -> dict[str, Any]:
    answer = await depot.staff.post(f"{API}/tracking", content=data, headers={"content-type": "text/csv"})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def verdicts(depot: Depot, import_id: str) -> list[str]:
    found = (await depot.staff.get(f"{API}/tracking/{import_id}")).json()
    return [row["outcome"] or row["verdict"] for row in found["rows"]]


async def apply(depot: Depot, import_id: str) -> tuple[int, int, int]:
    answer = await depot.staff.post(f"{API}/tracking/{import_id}/apply")
    assert answer.status_code == 200, answer.text
    done = answer.json()
    return done["shipped"], done["renumbered"], done["refused"]


async def notices(depot: Depot) -> int:
    return int(str(await depot.stall.value("SELECT count(*) FROM core_mail WHERE subject LIKE '%発送%'")))


def returned(rows: list[list[str]], numbers: dict[str, str], encoding: str = "cp932") -> bytes:
    """The written file as the carrier's software gives it back: with numbers."""
    heads, *slips = rows
    place = heads.index("伝票番号")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    for slip in slips:
        slip[place] = numbers.get(slip[0], "")
        writer.writerow(slip)
    return out.getvalue().encode(encoding)


@pytest.mark.req("CL-44", "CL-18", "CL-20", "CL-24", "CL-25", "LC-8.6.3", "LC-5.2.8")
async def test_the_seven_steps_from_order_to_notice(depot: Depot, drain: Drain) -> None:
    stall = depot.stall
    rouge = await stall.goods("honten", "口紅", 2480, 9)
    buyer, other = await stall.buyer("花子"), await stall.buyer("次郎")
    # 1 order, with wishes for the parcel
    await stall.fill_cart(buyer, [(rouge, 1)])
    day = (await depot.choice(buyer))["days"][2]
    order = await depot.order(
        buyer, [], day=day, hours="1820", wrapping="paper", noshi="内祝", noshi_name="山田", card="おめでとう"
    )
    second = await depot.order(other, [(rouge, 1)])
    assert (order.shipping, [one.amount for one in order.quote.shipping.extras]) == (
        800 + 330 + 110,
        [330, 110],
    )
    # 2 accepted and 3 paid: both wait for a parcel
    assert (order.state, order.fulfil_state) == ("paid", "unfulfilled")
    # 4 slips out
    body = {"order_ids": [str(order.id), str(second.id)], "ship_day": depot.today().isoformat()}
    report = (await depot.staff.post(f"{API}/slips/check", json=body)).json()
    assert [(one["ref"], one["is_fine"]) for one in report["slips"]] == [
        (order.number, True),
        (second.number, True),
    ]
    file = (await depot.staff.post(f"{API}/slips", json=body)).json()
    assert file["slip_count"] == 2
    assert (await depot.view(order.id)).fulfil_state == "processing"
    data = (await depot.staff.get(f"{API}/files/{file['id']}/csv")).content
    rows = list(csv.reader(io.StringIO(data.decode("cp932"))))
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["お届け予定日"], first["配達時間帯"]) == (day.replace("-", "/"), "1820")
    assert first["記事"] == "包装紙 のし:内祝 山田 カード有"
    # 5 into the carrier's software and 6 back with numbers
    numbers = {order.number: "4907-1495-5706", second.number: ""}
    back = returned(rows, numbers)
    seen = await upload(depot, back)
    assert await verdicts(depot, seen["id"]) == ["ship", "empty"]
    assert (await depot.view(order.id)).shipments == ()
    # Two people press the button at once: one parcel, one notice.
    done = await asyncio.gather(apply(depot, seen["id"]), apply(depot, seen["id"]))
    assert sorted(done) == [(0, 0, 0), (1, 0, 0)]
    sent = await depot.view(order.id)
    assert [(one.carrier, one.tracking_number) for one in sent.shipments] == [("yamato", YAMATO)]
    assert sent.fulfil_state == "shipped"
    # 7 the notice, once
    await drain(stall.tenant)
    assert await notices(depot) == 1
    await files_come_again(depot, drain, rows, order)
    page = await (await depot.office.browser_of(buyer)).get(f"/shop/orders/{order.number}")
    assert f"pno={OTHER}" in page.text
    assert "おめでとう" in page.text
    assert "内祝" in page.text


async def files_come_again(depot: Depot, drain: Drain, rows: list[list[str]], order: OrderView) -> None:
    # The same file again, the same rows in another file, and in UTF-8: nothing changes.
    again = await upload(depot, returned(rows, {order.number: "4907-1495-5706"}))
    assert not again["is_new"]
    assert await apply(depot, again["id"]) == (0, 0, 0)
    again = await upload(depot, returned(rows, {order.number: YAMATO}, "utf-8-sig"))
    assert again["is_new"]
    assert await verdicts(depot, again["id"]) == ["same", "empty"]
    # The label was printed anew: another number for the same parcel, nobody is told twice.
    anew = await upload(depot, returned(rows, {order.number: OTHER}))
    assert await verdicts(depot, anew["id"]) == ["renumber", "empty"]
    assert await apply(depot, anew["id"]) == (0, 1, 0)
    assert [one.tracking_number for one in (await depot.view(order.id)).shipments] == [OTHER]
    await drain(depot.stall.tenant)
    assert await notices(depot) == 1


@pytest.mark.req("CL-25", "LC-8.6.3")
async def test_rows_that_do_not_fit_say_so_and_do_nothing(depot: Depot) -> None:
    rouge = await depot.stall.goods("honten", "口紅", 2480, 9)
    one = await depot.order(await depot.stall.buyer("花子"), [(rouge, 1)])
    two = await depot.order(await depot.stall.buyer("次郎"), [(rouge, 1)])
    table = [
        (one.number, "490714955707", "invalid"),  # the check digit is wrong
        (one.number, YAMATO, "ship"),
        (one.number, "4907-1495-5706", "repeated"),  # the same number, written another way
        (one.number, OTHER, "duplicate"),
        (two.number, YAMATO, "duplicate"),  # one label cannot be on two parcels
        ("LC-19990101-0001", OTHER, "unmatched"),
        (two.number, "", "empty"),
    ]
    # Columns by their names, in any order, with others between them.
    lines = ["伝票番号,備考,お客様管理番号", *(f"{number},x,{ref}" for ref, number, _ in table)]
    seen = await upload(depot, "\n".join(lines).encode())
    assert await verdicts(depot, seen["id"]) == [verdict for _, _, verdict in table]
    page = (await depot.office.browser.get(f"/admin/shipping/tracking/{seen['id']}")).text
    assert ("ファイル内に2行" in page, "反映済み" in page) == (True, False)
    assert await apply(depot, seen["id"]) == (1, 0, 0)
    assert (await verdicts(depot, seen["id"]))[2] == "same", "by now it is noted"
    assert (await depot.view(two.id)).shipments == ()
    for data in (b"", b"a,b\n1,2\n", "お客様管理番号,伝票番号\n".encode(), b"\xff\xfe\x00\x81"):
        answer = await depot.staff.post(f"{API}/tracking", content=data)
        assert answer.status_code == 422, data
    # Somebody cancels between the look and the act: refused, and the next row goes on.
    late = await upload(depot, f"お客様管理番号,伝票番号\n{two.number},{OTHER}\n".encode())
    assert await verdicts(depot, late["id"]) == ["ship"]
    answer = await depot.staff.post(f"/api/shop/staff/orders/{two.id}/cancel", json={"reason": "品切れ"})
    assert answer.status_code == 200, answer.text
    assert await verdicts(depot, late["id"]) == ["closed"]
    assert await apply(depot, late["id"]) == (0, 0, 0)


@pytest.mark.req("BX-23", "LC-8.6.3")
async def test_orders_of_one_buyer_share_a_parcel_and_pay_for_it_once(depot: Depot, drain: Drain) -> None:
    rouge = await depot.stall.goods("honten", "口紅", 2480, 9)
    buyer, other = await depot.stall.buyer("花子"), await depot.stall.buyer("次郎")
    first = await depot.order(buyer, [(rouge, 1)])
    second = await depot.order(buyer, [(rouge, 1)], wrapping="paper")
    await depot.order(other, [(rouge, 1)])
    elsewhere = await depot.order(await depot.stall.buyer("三郎"), [(rouge, 1)])
    (found,) = (await depot.staff.get(f"{API}/merges")).json()
    parts = {part["number"]: (part["shipping"], part["refund"], part["is_kept"]) for part in found["parts"]}
    # The one with the wrapping keeps its fee: what was wrapped is paid.
    assert parts == {second.number: (1130, 0, True), first.number: (800, 800, False)}
    wrong = await depot.staff.post(f"{API}/merges", json={"order_ids": [str(first.id), str(elsewhere.id)]})
    assert wrong.status_code == 409
    body = {"order_ids": [str(first.id), str(second.id)]}
    done = await asyncio.gather(*(depot.staff.post(f"{API}/merges", json=body) for _ in range(3)))
    assert sorted(answer.status_code for answer in done) == [201, 409, 409]
    merged = await depot.view(first.id)
    assert [(one.shipping, one.cash) for one in merged.refunds] == [(800, 800)]
    assert (await depot.view(second.id)).refunds == ()
    await the_merge_is_undone_and_made_again(depot, first, second)
    # One slip for both, one number for both.
    slips = {"order_ids": [str(first.id)], "ship_day": depot.today().isoformat()}
    report = (await depot.staff.post(f"{API}/slips/check", json=slips)).json()
    assert [(one["ref"], sorted(one["order_numbers"])) for one in report["slips"]] == [
        (second.number, sorted((first.number, second.number)))
    ]
    seen = await upload(depot, f"お客様管理番号,伝票番号\n{second.number},{YAMATO}\n".encode())
    assert await apply(depot, seen["id"]) == (1, 0, 0)
    for order in (first, second):
        sent = await depot.view(order.id)
        assert ([one.tracking_number for one in sent.shipments], sent.fulfil_state) == ([YAMATO], "shipped")
    assert (await depot.staff.get(f"{API}/merges")).json() == []
    # One parcel, one notice: of both orders and all that is in it.
    await drain(depot.stall.tenant)
    assert await notices(depot) == 1
    told = str(await depot.stall.value("SELECT text_body FROM core_mail WHERE subject LIKE '%発送%'"))
    assert (first.number in told, second.number in told, told.count("口紅")) == (True, True, 2)
    # Another parcel under the same number, sent by hand and later, is told of.
    third = await depot.order(buyer, [(rouge, 1)])
    path, label = f"/api/shop/staff/orders/{third.id}", {"carrier": "yamato", "tracking_number": YAMATO}
    for act, more in (("start", {}), ("shipments", label)):
        answer = await depot.staff.post(f"{path}/{act}", json={"lines": [1], **more})
        assert answer.is_success, answer.text
    await drain(depot.stall.tenant)
    assert await notices(depot) == 2


async def the_merge_is_undone_and_made_again(depot: Depot, first: OrderView, second: OrderView) -> None:
    """Two people at once part it once; what went back stays, and is not given twice."""
    (merged,) = (await depot.staff.get(f"{API}/merges/waiting")).json()
    assert (merged["refunded"], len(merged["orders"])) == (800, 2)
    page = await depot.office.browser.get("/admin/shipping/merges")
    assert "同梱を取り消す" in page.text
    path = f"{API}/merges/{merged['id']}/undo"
    answers = await asyncio.gather(*(depot.staff.post(path) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404]
    body = {"order_ids": [str(first.id), str(second.id)], "ship_day": depot.today().isoformat()}
    report = (await depot.staff.post(f"{API}/slips/check", json=body)).json()
    assert sorted(one["ref"] for one in report["slips"]) == sorted((first.number, second.number))
    (found,) = (await depot.staff.get(f"{API}/merges")).json()
    assert [part["refund"] for part in found["parts"]] == [0, 0]
    body = {"order_ids": [str(first.id), str(second.id)]}
    assert (await depot.staff.post(f"{API}/merges", json=body)).status_code == 201
    assert sum(one.cash for one in (await depot.view(first.id)).refunds) == 800
    page = await depot.office.browser.get(f"/admin/shop/orders/{first.id}")
    assert "同梱を取り消し" in page.text


MERGED_BEFORE = """
WITH made AS (
    INSERT INTO shipping_merge (id, shop_id, created_at)
    SELECT gen_random_uuid(), $1, now() + n * interval '1 second' FROM generate_series(1, 60) n RETURNING id)
INSERT INTO shipping_merge_order (order_id, merge_id, is_kept)
SELECT gen_random_uuid(), made.id, kept FROM made, unnest(ARRAY[true, false]) AS kept
"""


@pytest.mark.req("BX-23")
async def test_a_parcel_is_parted_or_written_never_both(depot: Depot) -> None:
    """Whoever comes second is refused, or works on what the first left; then a written slip stays."""
    rouge = await depot.stall.goods("honten", "口紅", 2480, 9)
    buyer = await depot.stall.buyer("花子")
    orders = [await depot.order(buyer, [(rouge, 1)]) for _ in range(2)]
    body = {"order_ids": [str(order.id) for order in orders]}
    await depot.staff.post(f"{API}/merges", json=body)
    async with depot.stall.ctx.begin() as tx:
        # More than a page of newer ones whose orders do not wait any more.
        await tx.execute(MERGED_BEFORE, depot.stall.shops["honten"])
    (merged,) = (await depot.staff.get(f"{API}/merges/waiting")).json()
    assert (await depot.staff.get(f"{API}/merges/waiting?page=2")).json() == []
    async with depot.stall.ctx.begin() as tx:
        kept = uuid.UUID(merged["id"])
        await tx.execute("DELETE FROM shipping_merge_order WHERE merge_id <> $1", kept)
        await tx.execute("DELETE FROM shipping_merge WHERE id <> $1", kept)
    slips = body | {"ship_day": depot.today().isoformat()}
    await depot.staff.post(f"{API}/slips/check", json=slips)
    undone, written = await asyncio.gather(
        depot.staff.post(f"{API}/merges/{merged['id']}/undo"), depot.staff.post(f"{API}/slips", json=slips)
    )
    told = (undone.status_code, written.status_code, written.json().get("slip_count"))
    assert told in {(409, 201, 1), (200, 409, None), (200, 201, 2)}, (undone.text, written.text)
    if undone.status_code == 200:
        await depot.staff.post(f"{API}/merges", json=body)
        (merged,) = (await depot.staff.get(f"{API}/merges/waiting")).json()
        assert (await depot.staff.post(f"{API}/slips", json=slips)).json()["slip_count"] == 1
    late = await depot.staff.post(f"{API}/merges/{merged['id']}/undo")
    assert (late.status_code, late.json()["code"]) == (409, "merge_written")
    assert (await depot.staff.get(f"{API}/merges/waiting")).json() == []
    assert await depot.stall.value("SELECT count(*) FROM shipping_merge_order") == 2


@pytest.mark.req("CL-16", "LC-9.14.6")
async def test_fees_follow_place_amount_and_temperature(depot: Depot) -> None:
    tea = await depot.stall.goods("honten", "茶", 4999, 50)
    ice = await depot.stall.goods("honten", "氷菓", 1, 50)
    await depot.cooled(ice, "frozen")
    buyer = await depot.stall.buyer("花子")
    till = depot.till(buyer)

    async def fee() -> int:
        found: Any = await till.confirmation()
        return int(found["quote"]["shipping"])

    await depot.stall.fill_cart(buyer, [(tea, 1)])
    assert await fee() == 800
    await depot.stall.fill_cart(buyer, [(ice, 1)])
    assert await fee() == 400 + 330  # 5,000 exactly, and one frozen parcel
    await depot.set(msgspec.structs.replace(CONFIG, mixing=type(CONFIG.mixing)("separate")))
    assert await fee() == 400 * 2 + 330
    await depot.set(msgspec.structs.replace(CONFIG, mixing=type(CONFIG.mixing)("refuse")))
    refused = await till._client.get(
        "/api/shop/checkout", params={"address_id": str(buyer.address_id)}, headers=buyer.headers
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "undeliverable")
    await depot.set(CONFIG)
    await fees_follow_the_size(depot, buyer, tea)
    await depot.set(CONFIG)
    await depot.move(buyer, "沖縄県", "9000001")
    assert await fee() == 1500 + 330
    await depot.move(buyer, "北海道", "0600001")
    page = await (await depot.office.browser_of(buyer)).get(
        f"/shop/checkout/confirm?address={buyer.address_id}", follow_redirects=True
    )
    assert "お届けできません" in page.text


async def fees_follow_the_size(depot: Depot, buyer: Buyer, tea: uuid.UUID) -> None:
    """The cart holds the tea and a frozen thing that nobody measured, worth 5,000: 400 + 330."""
    classes = tuple(
        SizeClass(cm=cm, grams=kg * 1000, surcharge=more) for cm, kg, more in ((60, 2, 0), (80, 5, 250))
    )
    await depot.set(msgspec.structs.replace(CONFIG, sizes=classes))
    product_id = await depot.stall.value("SELECT product_id FROM shop_variant WHERE id = $1", tea)

    async def fee(cm: int | None, grams: int | None) -> object:
        body = {"variants": [{"variant_id": str(tea), "cm": cm, "grams": grams}]}
        answer = await depot.staff.put(f"{API}/products/{product_id}/measures", json=body)
        assert answer.status_code == 204, answer.text
        params = {"address_id": str(buyer.address_id)}
        seen = await depot.till(buyer)._client.get("/api/shop/checkout", params=params, headers=buyer.headers)
        return seen.json().get("code") or seen.json()["quote"]["shipping"] - 330

    assert [await fee(*one) for one in ((None, None), (60, 2000), (None, 2001), (61, None), (80, 5000))] == [
        400, 400, 650, 650, 650,
    ]  # fmt: skip
    assert [await fee(81, 1), await fee(60, 5001)] == ["undeliverable"] * 2
    pages = depot.office.browser
    path = f"/admin/shipping/products/{product_id}/measures"
    refused = await pages.post(path, data={f"cm.{tea}": "0", f"grams.{tea}": "x"}, follow_redirects=True)
    assert "何も変更していません" in refused.text
    done = await pages.post(path, data={f"cm.{tea}": "７９", f"grams.{tea}": "1,200"}, follow_redirects=True)
    assert 'value="79"' in done.text
    other = await depot.staff.put(f"{API}/products/{product_id}/measures", json={"variants": [{"variant_id": str(buyer.id), "cm": 1}]})  # fmt: skip
    assert other.status_code == 404
    body: dict[str, Any] = {"goods": 5000, "prefecture": "東京都", "cm": 80, "grams": 100}
    trial = await depot.staff.post(f"{API}/shops/{depot.stall.shops['honten']}/trial", json=body)
    assert trial.json()["fee"] == 650
    free = await depot.staff.post(
        f"{API}/shops/{depot.stall.shops['honten']}/trial", json=body | {"goods": 10_000}
    )
    assert free.json()["fee"] == 0, "free shipping stays free"


@pytest.mark.req("CL-18", "CL-20")
async def test_wishes_are_judged_when_chosen_and_when_ordered(depot: Depot) -> None:
    rouge = await depot.stall.goods("honten", "口紅", 2480, 9)
    buyer = await depot.stall.buyer("花子")
    await depot.stall.fill_cart(buyer, [(rouge, 1)])
    days = (await depot.choice(buyer))["days"]
    for wished, field in (
        ({"day": depot.today().isoformat()}, "day"),
        ({"day": "2026-02-31"}, "day"),
        ({"hours": "2021"}, "hours"),
        ({"wrapping": "silk"}, "wrapping"),
        ({"noshi": "祝"}, "noshi"),
        ({"noshi_name": "山田"}, "noshi_name"),
        ({"card": "あ" * 201}, "card"),
    ):
        refused = await depot.wish(buyer, **wished)
        assert refused.status_code == 422, wished
        assert field in refused.text
    assert (await depot.wish(buyer, day=days[0], wrapping="paper")).status_code == 200
    seen: Any = await depot.till(buyer).confirmation()
    # What is chosen is part of what is confirmed.
    assert (await depot.wish(buyer, day=days[1], wrapping="paper")).status_code == 200
    stale = await depot.till(buyer).place(fingerprint=seen["fingerprint"])
    assert (stale.status_code, stale.json()["code"]) == (409, "cart_changed")
    # The shop closes the day meanwhile: refused when ordered, in words.
    later = msgspec.structs.replace(CONFIG.days, lead_days=30)
    await depot.set(msgspec.structs.replace(CONFIG, days=later))
    gone = await depot.till(buyer).place()
    assert (gone.status_code, gone.json()["code"]) == (409, "shipping_day")
    assert await depot.stall.value("SELECT count(*) FROM shop_order") == 0
    await depot.set(CONFIG)
    order = await depot.order(buyer, [])
    # Staff change it before it leaves; nothing is charged again, and the timeline tells it.
    kept = (await depot.staff.get(f"{API}/orders/{order.id}")).json()
    day = (depot.today() + timedelta(days=5)).isoformat()
    change = {"version": kept["version"], "day": day, "wrapping": "paper", "noshi": "御礼"}
    assert (await depot.staff.put(f"{API}/orders/{order.id}", json=change)).status_code == 200
    assert (await depot.staff.put(f"{API}/orders/{order.id}", json=change)).status_code == 409
    page = await depot.office.browser.get(f"/admin/shop/orders/{order.id}")
    assert "お届けの希望を変更" in page.text
    assert "御礼" in page.text
    slip = await depot.office.browser.get(f"/admin/shop/orders/{order.id}/slip")
    assert "御礼" in slip.text
    assert (await depot.view(order.id)).total == order.total
    # A day's journey to Tokyo: sent on the wished day it comes too late, and who sends it is told before.
    for days, is_late in ((4, False), (5, True)):
        form = {"day": (depot.today() + timedelta(days=days)).isoformat(), "orders": str(order.id)}
        checked = await depot.office.browser.post("/admin/shipping/slips/check", data=form)
        assert ("1件がお届け希望日に間に合いません" in checked.text) is is_late
        assert "1枚を書き出せます" in checked.text
