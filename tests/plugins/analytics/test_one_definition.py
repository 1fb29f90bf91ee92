"""What 売上 is stands in one place: every surface has the same figure, whatever became of the orders."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import timedelta

import pytest

from nakamise.contracts.orders import RefundLine, RefundOrder
from nakamise.contracts.ui import Figure, Period
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain, MakeTenant
from nakamise_analytics.sheets import TABLES
from nakamise_shop.checkout.expire import expire_due
from nakamise_shop.checkout.schemas import Placed
from nakamise_shop.orders.refunding import refund
from nakamise_shop.staff.dashboard import dashboard_context
from nakamise_shop.staff.widget import widget
from tests.plugins.shop.staff.office import API, Office, open_office
from tests.plugins.shop.stall import Stall

PRINTED = "支払いのあった注文"
PAID = ["¥2,550", "¥1,550", "¥1,550", "¥3,550", "¥1,332", "¥333"]


@pytest.fixture
async def office(make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor) -> Office:
    tenant = await make_tenant(plugins=("shop", "payments_sandbox", "analytics"))
    stall = Stall(tenant, ctx_for(tenant), ctx_for)
    await stall.shop("honten", "LC")
    await stall.shop("bekkan", "BK", shipping_fee=0)
    return await open_office(stall, client)


async def give_back(office: Office, placed: Placed, pieces: int) -> None:
    lines = (RefundLine(line_no=1, qty=pieces),)
    async with office.stall.ctx.begin() as tx:
        await refund(office.stall.ctx, tx, placed.orders[0].id, RefundOrder(idem=uuid.uuid4(), lines=lines))


async def all_fates(office: Office) -> None:
    """Paid are ¥2,550, ¥1,550 (cancelled then), ¥1,550 (refunded), ¥3,550 (¥1,000 refunded), and in bekkan ¥1,332 and
    ¥333 (cancelled): ¥10,865. Never paid are one that expired, one that was cancelled and one that still waits."""
    tea = await office.stall.goods("honten", "茶", 1000, 50)
    fan = await office.stall.goods("bekkan", "扇子", 333, 50)
    expired = await office.order([(tea, 4)], paid=False)
    async with office.stall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE shop_purchase SET expires_at = now() - interval '1 second' WHERE id = $1",
            expired.purchase_id,
        )
    await expire_due(office.stall.ctx)
    await office.order([(tea, 5)], paid=False)
    dropped = await office.order([(fan, 6)], paid=False)
    await office.order([(tea, 2)])
    cancelled = await office.order([(tea, 1)])
    await give_back(office, await office.order([(tea, 1)]), 1)
    await give_back(office, await office.order([(tea, 3)]), 1)
    await office.order([(fan, 4)])
    also_cancelled = await office.order([(fan, 1)])
    for placed in (dropped, cancelled, also_cancelled):
        path = f"{API}/orders/{placed.orders[0].id}/cancel"
        answer = await office.api.post(path, json={"reason": "試験"})
        assert answer.status_code == 200, answer.text


def amount(text: str) -> int:
    return int(re.sub(r"[^\d-]", "", text))


@pytest.mark.req("LC-8.9.1", "LC-8.9.2", "LC-8.1.1", "LC-9.13.1", "DF-13")
async def test_sales_are_the_same_everywhere(office: Office, drain: Drain) -> None:
    await all_fates(office)
    await drain(office.stall.tenant)
    states = await office.stall.value(
        "SELECT string_agg(DISTINCT state, ' ' ORDER BY state) FROM shop_order WHERE paid_at IS NOT NULL"
    )
    assert states == "paid part_refunded refunded"
    assert await office.count("SELECT count(*) FROM shop_order WHERE paid_at IS NULL") == 3
    whole, shops = 10_865, {"honten": 9200, "bekkan": 1665}
    today = office.stall.ctx.now().astimezone(office.stall.tenant.zone).date()
    period = Period(today - timedelta(days=2), today + timedelta(days=1))
    await _dashboard(office, period, whole, shops)
    await _shop_list(office, shops)
    await _orders(office, period, whole)
    await _report(office, period, whole, shops)


async def _dashboard(office: Office, period: Period, whole: int, shops: dict[str, int]) -> None:
    ctx = office.stall.ctx
    async with ctx.read() as tx:
        figures = {one.label: one.value for one in await widget(ctx, tx, period) if isinstance(one, Figure)}
        box = await dashboard_context(ctx, tx, period)
    assert box is not None
    points, lines = box["points"], box["shops"]
    assert isinstance(points, list)
    assert isinstance(lines, list)
    assert (figures["Sales of the period"], figures["Orders of the period"]) == (whole, len(PAID))
    assert sum(value for _, value in points) == whole
    assert {one.slug: one.sales for one in lines} == shops
    assert PRINTED in (await office.browser.get("/admin")).text


async def _shop_list(office: Office, shops: dict[str, int]) -> None:
    told = (await office.api.get(f"{API}/shops")).json()
    assert {one["slug"]: one["sales"] for one in told} == shops
    page = (await office.browser.get("/admin/shop/shops")).text
    assert all(f"¥{sales:,}" in page for sales in shops.values())
    assert PRINTED in page


async def _orders(office: Office, period: Period, whole: int) -> None:
    """The list that the report links to, as a file."""
    query = f"dates=paid&since={period.first}&until={period.last}"
    answer = await office.browser.get(f"/admin/shop/orders/export.csv?{query}")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert sorted(amount(row[head.index("合計金額")]) for row in rows) == sorted(map(amount, PAID))
    assert sum(amount(row[head.index("合計金額")]) for row in rows) == whole


async def _report(office: Office, period: Period, whole: int, shops: dict[str, int]) -> None:
    """By the API, on the page and in each file; what went back is a figure of its own, and the difference another."""
    back = 1550 + 1550 + 1000 + 333
    query = f"kind=custom&first={period.first}&last={period.last}"
    told = (await office.api.get(f"/api/analytics/sales?{query}")).json()
    assert (told["totals"]["sales"], told["totals"]["orders"]) == (whole, len(PAID))
    assert told["totals"]["given_back"] == back
    assert sum(day["sales"] for day in told["days"]) == whole
    assert {one["name"]: one["sales"] for one in told["shops"]} == {
        f"{slug}の店": n for slug, n in shops.items()
    }
    goods = sum(one["sales"] for one in told["products"])
    assert (
        goods == sum(one["sales"] for one in told["categories"]) == told["totals"]["goods"] == whole - 4 * 550
    )
    for slug, sales in shops.items():
        one = (await office.api.get(f"/api/analytics/sales?{query}&shop={office.stall.shops[slug]}")).json()
        assert one["totals"]["sales"] == sales
    page = (await office.browser.get(f"/admin/analytics?{query}")).text
    assert f"¥{whole:,}" in page
    assert f"¥{whole - back:,}" in page
    assert "売上: 期間中に支払われた注文の合計（税・送料込み、割引後）。支払いの日で数えます。" in page
    files = {}
    for table in TABLES:
        answer = await office.browser.get(f"/admin/analytics/export.csv?{query}&table={table}")
        files[table] = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    summary = {row[0]: row[1] for row in files["summary"]}
    assert (summary["売上"], summary["返金・取消"]) == (str(whole), str(back))
    assert sum(int(row[1]) for row in files["days"][1:]) == whole
    assert sum(int(row[2]) for row in files["shops"][1:]) == whole
