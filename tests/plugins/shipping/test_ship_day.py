"""The slips page: the day that it proposes, and what it says about days and settings that will not do."""

from __future__ import annotations

import datetime as dt
import re

import msgspec
import pytest

from nakamise_shipping.domain.config import Sender
from tests.plugins.shipping.depot import API, CONFIG, SENDER, Depot

SLIPS = "/admin/shipping/slips"


async def _proposed(depot: Depot) -> str:
    page = (await depot.office.browser.get(SLIPS)).text
    box = re.search(r'<input[^>]*name="day"[^>]*>', page)
    assert box is not None
    found = re.search(r'value="([\d-]+)"', box[0])
    assert found is not None
    return found[1]


@pytest.mark.req("CL-18")
async def test_the_day_is_when_the_orders_leave_and_a_closed_day_is_said(depot: Depot) -> None:
    stall, today = depot.stall, depot.today()
    rouge = await stall.goods("honten", "口紅", 2480, 9)
    order = await depot.order(await stall.buyer("花子"), [(rouge, 1)])
    later = await depot.order(await stall.buyer("次郎"), [(rouge, 1)])
    leaves = "UPDATE shipping_order SET leaves_on = $2 WHERE order_id = $1"
    days = [today + dt.timedelta(days=n) for n in range(8)]
    async with stall.ctx.begin() as tx:
        await tx.execute(leaves, order.id, days[2])
        await tx.execute(leaves, later.id, days[4])
    assert await _proposed(depot) == days[4].isoformat()
    async with stall.ctx.begin() as tx:
        for one in (order, later):
            await tx.execute(leaves, one.id, today - dt.timedelta(days=3))
    assert await _proposed(depot) == today.isoformat(), "no day that is over"
    rule = msgspec.structs.replace(CONFIG.days, closed_days=(days[0], days[1]))
    await depot.set(msgspec.structs.replace(CONFIG, days=rule))
    assert await _proposed(depot) == days[2].isoformat(), "nor one on which nobody packs"
    for day, said, shown in (
        (days[1], ["closed_day"], "休業日"),
        (days[2], [], ""),
        (today - dt.timedelta(days=1), ["past_day"], "過ぎて"),
    ):
        body = {"order_ids": [str(order.id)], "ship_day": day.isoformat()}
        (slip,) = (await depot.staff.post(f"{API}/slips/check", json=body)).json()["slips"]
        assert [one["kind"] for one in slip["remarks"]] == said
        assert slip["is_fine"], "it is staff's to decide"
        form = {"orders": str(order.id), "day": day.isoformat()}
        report = (await depot.office.browser.post(f"{SLIPS}/check", data=form)).text
        assert "お届け希望日に間に合いません" not in report
        assert shown in report


async def test_a_carriers_code_that_is_missing_is_said_with_the_way_to_it(depot: Depot) -> None:
    rouge = await depot.stall.goods("honten", "口紅", 2480, 9)
    order = await depot.order(await depot.stall.buyer("花子"), [(rouge, 1)])
    link = f'href="/admin/shipping/shops/{depot.stall.shops["honten"]}"'
    form = {"orders": str(order.id), "day": depot.today().isoformat()}
    assert link not in (await depot.office.browser.get(SLIPS)).text
    without = msgspec.structs.replace(SENDER, customer_code="", freight_code="")
    await depot.set(msgspec.structs.replace(CONFIG, sender=without))
    for page in (
        await depot.office.browser.get(SLIPS),
        await depot.office.browser.post(f"{SLIPS}/check", data=form),
    ):
        assert link in page.text
        assert "請求先顧客コード、運賃管理番号" in page.text
    await depot.set(msgspec.structs.replace(CONFIG, sender=Sender()))
    assert "ご依頼主住所" in (await depot.office.browser.get(SLIPS)).text
