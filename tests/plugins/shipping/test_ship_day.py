"""The slips page: the day that it proposes, and what it says about days and settings that will not do."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import msgspec
import pytest

from nakamise_shipping.domain.config import Days, Hours, Sender, ShopShipping
from nakamise_shipping.slips.dates import proposed
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
    assert await _proposed(depot) == days[2].isoformat(), "nobody waits for an order that leaves later"
    slips = await _report(depot, days[3], order.id, later.id)
    assert [[remark["kind"] for remark in one["remarks"]] for one in slips] == [["delayed"], []]
    form = {"orders": str(order.id), "day": days[3].isoformat()}
    assert "出荷予定日は" in (await depot.office.browser.post(f"{SLIPS}/check", data=form)).text
    async with stall.ctx.begin() as tx:
        for one in (order, later):
            await tx.execute(leaves, one.id, today - dt.timedelta(days=3))
    assert await _proposed(depot) == today.isoformat(), "no day that is over"
    rule = msgspec.structs.replace(CONFIG.days, closed_days=(days[0], days[1]))
    await depot.set(msgspec.structs.replace(CONFIG, days=rule))
    assert await _proposed(depot) == days[2].isoformat(), "nor one on which nobody packs"
    async with stall.ctx.begin() as tx:
        await tx.execute(leaves, order.id, days[2])
    for day, said, shown in (
        (days[1], ["closed_day"], "休業日"),
        (days[2], [], ""),
        (today - dt.timedelta(days=1), ["past_day"], "過ぎて"),
    ):
        (slip,) = await _report(depot, day, order.id)
        assert [one["kind"] for one in slip["remarks"]] == said
        assert slip["is_fine"], "it is staff's to decide"
        form = {"orders": str(order.id), "day": day.isoformat()}
        report = (await depot.office.browser.post(f"{SLIPS}/check", data=form)).text
        assert "お届け希望日に間に合いません" not in report
        assert shown in report


async def _report(depot: Depot, day: dt.date, *orders: uuid.UUID) -> list[dict[str, Any]]:
    """By reference, which is in the order of the orders' numbers."""
    body = {"order_ids": [str(one) for one in orders], "ship_day": day.isoformat()}
    found: list[dict[str, Any]] = (await depot.staff.post(f"{API}/slips/check", json=body)).json()["slips"]
    return found


@pytest.mark.req("CL-18")
async def test_the_day_suits_every_shop_whose_orders_wait(depot: Depot) -> None:
    """Each shop is closed on the day that would suit the other; one whose slips are written is not asked any more."""
    stall, today = depot.stall, depot.today()
    days = [today + dt.timedelta(days=n) for n in range(9)]
    await stall.shop("bekkan", "BK", shipping_fee=550)
    closed = {"honten": (days[0], days[2]), "bekkan": (days[1], days[3], days[4])}
    for shop, dates in closed.items():
        rule = msgspec.structs.replace(CONFIG.days, closed_days=dates)
        await depot.set(msgspec.structs.replace(CONFIG, days=rule), shop)
    buyer = await stall.buyer("花子")
    first, second = [
        await depot.order(buyer, [(await stall.goods(shop, "口紅", 2480, 9), 1)]) for shop in closed
    ]
    async with stall.ctx.begin() as tx:
        for one in (first, second):
            await tx.execute("UPDATE shipping_order SET leaves_on = $2 WHERE order_id = $1", one.id, today)
    assert await _proposed(depot) == days[5].isoformat()
    body = {"order_ids": [str(second.id)], "ship_day": days[5].isoformat()}
    assert (await depot.staff.post(f"{API}/slips", json=body)).is_success
    assert await _proposed(depot) == days[1].isoformat(), "the other shop is open"


def test_a_shop_without_settings_keeps_the_days_of_everybody() -> None:
    """One that never sends is not asked, and shops that never send on one day get no day."""
    saturday, plain, never = (
        dt.date(2026, 11, 21),
        ShopShipping().days,
        Days(closed_weekdays=frozenset(range(7))),
    )
    # The 23rd is a holiday.
    assert proposed(saturday, [], [plain, never]) == dt.date(2026, 11, 24)
    rules = [Days(closed_weekdays=frozenset(days)) for days in (range(3), range(3, 7))]
    assert proposed(saturday, [dt.date(2026, 11, 25)], rules) == dt.date(2026, 11, 25)


async def test_hours_are_english_as_a_whole_or_not_at_all(depot: Depot) -> None:
    labels = {
        "0812": ("午前中", "Morning"),
        "1820": ("18時〜20時", "18:00–20:00"),
        "1416": ("時間指定なし", "時間指定なし"),
        "1618": ("夜20時〜21時", "夜20時〜21時"),
        "1921": ("午前中（8時〜12時）", "午前中（8時〜12時）"),
    }
    hours = tuple(Hours(code=code, label=label) for code, (label, _) in labels.items())
    await depot.set(msgspec.structs.replace(CONFIG, hours=hours))
    rouge = await depot.stall.goods("honten", "口紅", 2480, 9)
    for code in labels:
        await depot.order(await depot.stall.buyer("花子"), [(rouge, 1)], hours=code)
    for language, at in (("ja", 0), ("en", 1)):
        page = (await depot.office.browser.get(SLIPS, headers={"Accept-Language": language})).text
        shown = re.findall(r'<td data-label="(?:Wishes|ご希望)">\s*(\S+) <span', page)
        assert sorted(shown) == sorted(both[at] for both in labels.values())


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
