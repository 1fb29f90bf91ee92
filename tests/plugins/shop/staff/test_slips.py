"""Orders of which nothing is sent have no slip, and no pieces."""

from __future__ import annotations

import csv
import io
import uuid

import pytest

from nakamise.contracts.orders import RefundLine, RefundOrder
from nakamise.testing.fixtures import Drain
from nakamise_shop.orders import lapsing
from nakamise_shop.orders.refunding import refund
from tests.plugins.shop.staff.office import API, PAGES, Office
from tests.plugins.shop.staff.test_orders import ship

SAID = "発送するものがないため、納品書はありません"


async def give_back(office: Office, order_id: uuid.UUID, qty: int) -> None:
    """So many of its first line."""
    ctx = office.stall.ctx
    async with ctx.begin() as tx:
        wanted = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=qty),))
        await refund(ctx, tx, order_id, wanted)


async def cancel(office: Office, order_id: uuid.UUID) -> None:
    answer = await office.api.post(f"{API}/orders/{order_id}/cancel", json={"reason": "品切れ"})
    assert answer.status_code == 200, answer.text


async def seen(office: Office, order_id: uuid.UUID) -> tuple[str, bool, list[object]]:
    """Its state, whether it has a slip, and its pieces in the list, in the file and on its page."""
    state = str(await office.stall.value("SELECT state FROM shop_order WHERE id = $1", order_id))
    slip = await office.browser.get(f"{PAGES}/orders/{order_id}/slip")
    found = (await office.api.get(f"{API}/orders")).json()["items"]
    [line] = [one for one in found if one["id"] == str(order_id)]
    file = (await office.browser.get(f"{PAGES}/orders/export.csv")).content.decode("utf-8-sig")
    [row] = [one for one in csv.DictReader(io.StringIO(file)) if one["注文番号"] == line["number"]]
    page = (await office.browser.get(f"{PAGES}/orders/{order_id}")).text
    assert f"{line['item_count']}個の商品" in page
    return state, slip.status_code == 200, [line["item_count"], row["商品数"], row["商品"]]


@pytest.mark.req("LC-8.5.1")
async def test_what_was_cancelled_has_no_slip_when_its_money_is_back(office: Office, drain: Drain) -> None:
    lip = await office.stall.goods("honten", "口紅", 1980, 9)
    await office.stall.shop("present", "P", shipping_fee=0)
    sample = await office.stall.goods("present", "サンプル", 0, 3)
    none: list[object] = [0, "0", ""]
    paid = (await office.order([(lip, 2)])).orders[0].id
    assert await seen(office, paid) == ("paid", True, [2, "2", "口紅 標準 ×2"])
    await cancel(office, paid)
    await drain(office.stall.tenant)
    assert await seen(office, paid) == ("refunded", False, none)
    # No money moves: it is refunded at once.
    free = (await office.order([(sample, 1)], paid=False)).orders[0].id
    assert await seen(office, free) == ("paid", True, [1, "1", "サンプル 標準 ×1"])
    await cancel(office, free)
    assert await seen(office, free) == ("refunded", False, none)


@pytest.mark.req("LC-8.5.1")
async def test_an_order_whose_reservation_lapsed_has_no_slip(office: Office, drain: Drain) -> None:
    lip = await office.stall.goods("honten", "口紅", 1980, 9)
    whole, partly = [await office.order([(lip, 3)]) for _ in range(2)]
    await give_back(office, partly.orders[0].id, 1)
    await drain(office.stall.tenant)
    assert (await seen(office, partly.orders[0].id))[1:] == (True, [2, "2", "口紅 標準 ×2"])
    for placed, state in ((whole, "cancelled"), (partly, "refunded")):
        async with office.stall.ctx.begin() as tx:
            await lapsing.lapse(office.stall.ctx, tx, placed.purchase_id)
        assert await seen(office, placed.orders[0].id) == (state, False, [0, "0", ""])


@pytest.mark.req("LC-8.5.1")
async def test_what_was_sent_keeps_its_slip_though_all_money_is_back(office: Office, drain: Drain) -> None:
    lip = await office.stall.goods("honten", "口紅", 1980, 9)
    order_id = (await office.order([(lip, 1)])).orders[0].id
    assert (await office.api.post(f"{API}/orders/{order_id}/start", json={"lines": [1]})).is_success
    assert (await ship(office, order_id, [1])).status_code == 201
    await give_back(office, order_id, 1)
    await drain(office.stall.tenant)
    assert await seen(office, order_id) == ("refunded", True, [1, "1", "口紅 標準 ×1"])


async def test_an_order_of_which_nothing_is_sent_has_no_slip(office: Office) -> None:
    lip = await office.stall.goods("honten", "口紅", 1980, 9)
    gone, left = [(await office.order([(lip, 1)])).orders[0] for _ in range(2)]
    one = f"{PAGES}/orders/{gone.id}/slip"
    assert (await office.browser.get(one)).status_code == 200
    await cancel(office, gone.id)
    refused = await office.browser.get(one)
    assert (refused.status_code, refused.headers["location"]) == (303, f"{PAGES}/orders/{gone.id}")
    assert SAID in (await office.browser.get(f"{PAGES}/orders/{gone.id}")).text
    both = await office.browser.get(f"{PAGES}/orders/slips", params={"orders": [str(gone.id), str(left.id)]})
    assert both.text.count('class="staff-slip"') == 1
    assert f"{SAID}: {gone.number}" in both.text
    alone = await office.browser.get(f"{PAGES}/orders/slips", params={"orders": [str(gone.id)]})
    assert (alone.status_code, alone.headers["location"]) == (303, f"{PAGES}/orders")
