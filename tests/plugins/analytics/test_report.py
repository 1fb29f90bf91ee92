"""Reports against figures reckoned by hand."""

from __future__ import annotations

import csv
import html
import io
import re
import uuid
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nakamise.contracts.orders import RefundLine, RefundOrder
from nakamise.contracts.sales import Sales, SoldShare
from nakamise.contracts.ui import Period
from nakamise.testing.fixtures import ClientFor, Drain
from nakamise_analytics.live import funnel
from nakamise_analytics.periods import Kind, Wanted, before, period_of
from nakamise_analytics.report import report, shares
from nakamise_analytics.sheets import TABLES, csv_of
from nakamise_shop.orders.refunding import refund
from nakamise_shop.staff.shops.repository import shop_lines
from nakamise_shop.staff.widget import days_of
from tests.plugins.analytics.tally import sold
from tests.plugins.shop.staff.office import grant
from tests.plugins.shop.stall import Stall, insert

CUSTOM = Wanted(kind=Kind.CUSTOM, first=date(2026, 3, 1), last=date(2026, 3, 30))


@pytest.mark.req(
    "LC-8.9.1", "LC-8.9.2", "LC-8.9.3", "LC-9.13.1", "LC-9.13.2", "LC-9.13.3", "CL-29", "DF-13", "DF-14", "DF-15"
)  # fmt: skip
async def test_a_month_by_hand(stall: Stall, client: ClientFor, drain: Drain) -> None:
    """March: 3 orders of ¥2,550 (first second), ¥4,030 and ¥999 (last second), one of them half refunded."""
    tea = await stall.goods("honten", "=茶", 1000, 50)
    cup = await stall.goods("honten", "湯呑", 1740, 50)
    fan = await stall.goods("bekkan", "扇子", 333, 50)
    others = await _sold_by_shop(stall)
    category = uuid.uuid4()
    async with stall.ctx.begin() as tx:
        await insert(tx, "shop_category", {"id": category, "slug": "utsuwa", "name": "うつわ"})
        await tx.execute(
            "UPDATE shop_product SET category_id = $1 WHERE id = (SELECT product_id FROM shop_variant WHERE id = $2)",
            *(category, cup),
        )
    first = await sold(stall, client, [(tea, 2)], "2026-03-01 00:00:00")
    await sold(stall, client, [(cup, 2)], "2026-03-15 12:00:00")
    await sold(stall, client, [(fan, 3)], "2026-03-30 23:59:59")
    await sold(stall, client, [(fan, 1)], "2026-03-31 00:00:00")
    await sold(stall, client, [(fan, 2)], "2026-02-28 23:59:59")
    lines = (RefundLine(line_no=1, qty=1),)
    async with stall.ctx.begin() as tx:
        done = await refund(stall.ctx, tx, first, RefundOrder(idem=uuid.uuid4(), lines=lines))
    assert done.cash == 1000
    found = await report(stall.ctx, CUSTOM)
    assert (found.totals.orders, found.totals.sales, found.totals.goods) == (3, 2550 + 4030 + 999, 6479)
    assert (found.totals.average, found.per_day) == (7579 // 3, 7579 // 30)
    assert found.totals.given_back == 0, "the refund is of today, not of March"
    assert [one.day for one in found.points] == [date(2026, 3, n) for n in range(1, 31)]
    assert {one.day.day: one.sales for one in found.points if one.sales} == {1: 2550, 15: 4030, 30: 999}
    assert sum(one.sales for one in found.points) == found.totals.sales
    assert found.before.sales == 666, "February's last second is in the 30 days before"
    assert [(one.name, one.units, one.sales) for one in found.products] == [
        ("湯呑", 2, 3480),
        ("=茶", 2, 2000),
        ("扇子", 3, 999),
    ]
    assert [(one.name, one.sales, one.percent) for one in found.categories] == [
        ("うつわ", 3480, "53.7"),
        ("", 2999, "46.3"),
    ]
    assert [(one.sales, one.percent) for one in found.shops] == [(6580, "86.8"), (999, "13.2")]
    one_shop = await report(
        stall.ctx,
        Wanted(kind=Kind.CUSTOM, first=CUSTOM.first, last=CUSTOM.last, shop=str(stall.shops["bekkan"])),
    )
    assert (one_shop.totals.sales, [one.name for one in one_shop.products]) == (999, ["扇子"])
    year = Wanted(kind=Kind.CUSTOM, first=date(2026, 1, 1), last=date(2026, 10, 31))
    course = [one.sales for one in (await report(stall.ctx, year)).points]
    assert (len(course), course[:4]) == (10, [0, 666, 7579 + 333, 0])
    today = await report(stall.ctx, Wanted(kind=Kind.WEEK, shop=str(stall.shops["honten"])))
    assert (today.totals.sales, today.totals.given_back, today.totals.net) == (0, 1000, -1000)
    text = csv_of(stall.ctx, found, "products", "cp932").decode("cp932")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1:] == [["湯呑", "2", "1", "3480"], ["'=茶", "2", "1", "2000"], ["扇子", "3", "1", "999"]]
    summary = csv_of(stall.ctx, found, "summary", "utf-8").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(summary)))[1] == ["売上", "7579", "666"]
    refused = await client(stall.tenant).get("/api/analytics/sales", headers=(await stall.buyer()).headers)
    assert refused.status_code == 403
    await _the_dashboard_counts_alike(stall, first, others)
    await _users_by_day(stall)
    await drain(stall.tenant)


async def _sold_by_shop(stall: Stall) -> dict[str, Counter[str]]:
    async with stall.ctx.read() as tx:
        lines = await shop_lines(tx, None)
    return {shop.slug: Counter(orders=shop.order_count, sales=shop.sales) for shop in lines}


async def _the_dashboard_counts_alike(
    stall: Stall, first: uuid.UUID, others: dict[str, Counter[str]]
) -> None:
    """Sales are one definition: an order that is wholly refunded counts in both, and is named apart in the report."""
    rest = (RefundLine(line_no=1, qty=1),)
    async with stall.ctx.begin() as tx:
        await refund(stall.ctx, tx, first, RefundOrder(idem=uuid.uuid4(), lines=rest))
    found = await report(stall.ctx, CUSTOM)
    assert (found.totals.sales, found.totals.undone, found.totals.undone_sales) == (7579, 1, 2550)
    async with stall.ctx.read() as tx:
        days = await days_of(stall.ctx, tx, Period(date(2026, 3, 1), date(2026, 3, 30)))
    assert [(one.day, one.sales, one.orders) for one in days] == [
        (one.day, one.sales, one.orders) for one in found.points
    ]
    # March's three, its neighbours' two.
    now = await _sold_by_shop(stall)
    assert now["honten"] - others["honten"] == Counter(orders=2, sales=6580)
    assert now["bekkan"] - others["bekkan"] == Counter(orders=3, sales=999 + 333 + 666)


async def _users_by_day(stall: Stall) -> None:
    """Each day of the tenant once, ascending, also those on which nobody joined."""
    for joined in ("2026-03-07 23:59:59", "2026-03-08 00:00:00", "2026-03-08 12:00:00"):
        async with stall.ctx.begin() as tx:
            await tx.execute(
                "UPDATE core_user SET created_at = $2::text::timestamp AT TIME ZONE 'Asia/Tokyo' WHERE id = $1",
                *((await stall.buyer()).id, joined),
            )
    found = await report(stall.ctx, CUSTOM)
    assert [(one.day.day, one.users) for one in found.points] == [
        (day, {7: 1, 8: 2}.get(day, 0)) for day in range(1, 31)
    ]
    assert found.totals.new_users == 3
    rows = list(csv.reader(io.StringIO(csv_of(stall.ctx, found, "days", "utf-8").decode("utf-8-sig"))))
    assert [row[-1] for row in rows[1:]] == [str(one.users) for one in found.points]


@pytest.mark.req("LC-8.9.2", "LC-8.9.3", "DF-14", "DF-15")
async def test_page_file_list_of_orders_and_api_agree(stall: Stall, client: ClientFor) -> None:
    """July: ¥1,550 on one day; every surface says so, and says what it means."""
    staff, browser = await stall.buyer("店員"), client(stall.tenant)
    await grant(stall, staff, "shop_staff")
    browser.cookies.set("sid", await stall.browser_session(staff))
    await sold(stall, client, [(await stall.goods("honten", "急須", 1000, 9), 1)], "2026-07-31 23:59:00")
    july = "kind=month&day=2026-07-15"
    page = (await browser.get(f"/admin/analytics?{july}")).text
    assert "2026/7/1 – 2026/7/31" in page
    for said in ("¥1,550", "Asia/Tokyo", "平均日売上: 売上 ÷ 期間の全日数（31日）", "急須", "¥1,000"):
        assert said in page
    orders = html.unescape(re.findall(r'href="(/admin/shop/orders\?dates=paid[^"]*)"', page)[0])
    assert orders == "/admin/shop/orders?dates=paid&since=2026-07-01&until=2026-07-31"
    assert (await browser.get(orders)).text.count('name="orders"') == 1
    assert (await browser.get(orders.replace("07-31", "07-30"))).text.count('name="orders"') == 0
    told = (await client(stall.tenant).get(f"/api/analytics/sales?{july}", headers=staff.headers)).json()
    assert (told["totals"]["sales"], told["per_day"], told["timezone"]) == (1550, 50, "Asia/Tokyo")
    assert [day["sales"] for day in told["days"]] == [0] * 30 + [1550]
    files = {}
    for table in TABLES:
        answer = await browser.get(f"/admin/analytics/export.csv?{july}&table={table}")
        files[table] = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert files["summary"][1][:2] == ["売上", "1550"]
    assert [int(row[1]) for row in files["days"][1:]] == [day["sales"] for day in told["days"]]
    assert [row[2:] for row in files["categories"][1:]] == [["1000", "100.0"]]
    assert files["ways"][1][0] == "不明（アプリ・再購入など）"
    assert files["ways"][1][-1] == "1000"
    assert files["funnel"][-1][5] == "1"
    empty = (await browser.get("/admin/analytics?kind=month&day=2021-01-01")).text
    assert "この期間の売上と閲覧はまだありません" in re.sub("<[^>]+>", "", empty)
    newest = await stall.value(
        "SELECT array_agg(number) FROM (SELECT number FROM shop_order ORDER BY placed_at DESC, id DESC LIMIT 5) n"
    )
    dashboard = (await browser.get("/admin")).text.partition("最近の注文")[2]
    assert re.findall(r"[A-Z]{2}-\d{8}-\d{4}", re.sub("<[^>]+>", " ", dashboard)) == newest


async def test_all_figures_are_of_one_moment(stall: Stall, client: ClientFor) -> None:
    """Orders that are paid meanwhile are in all figures or in none. Without a snapshot they would differ."""
    fan = await stall.goods("bekkan", "扇子", 333, 50)
    may = Period(date(2026, 5, 1), date(2026, 5, 31))
    count = "SELECT count(*) FROM shop_order WHERE paid_at IS NOT NULL"
    sales = stall.ctx.service(Sales)
    async with stall.ctx.snapshot() as tx, stall.ctx.read() as other:
        before = await tx.value(count)
        assert await other.value(count) == before
        await sold(stall, client, [(fan, 1)], "2026-05-03 12:00:00")
        assert (await tx.value(count), await other.value(count)) == (before, before + 1)
        found, steps = await sales.report(tx, may, may), await sales.funnel(tx, may)
    assert found.totals.sales == sum(day.sales for day in found.days) == steps.total.paid == 0


@pytest.mark.req("LC-9.13.4", "GL-29")
async def test_what_broadcasts_brought(stall: Stall, client: ClientFor) -> None:
    """Two people tapped, both put it into the cart, one paid: 2 → 2 → 2 → 1 → 1."""
    fan = await stall.goods("bekkan", "扇子", 333, 50)
    order_id = await sold(stall, client, [(fan, 3)], "2026-06-02 12:00:00")
    product_id = await stall.value("SELECT product_id FROM shop_variant WHERE id = $1", fan)
    caster, broadcast = uuid.uuid4(), uuid.uuid4()
    async with stall.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO livestream_broadcaster (id, name, state, agreed_at, applied_at, decided_at)"
            " VALUES ($1, '花子', 'approved', now(), now(), now())",
            caster,
        )
        await tx.execute(
            "INSERT INTO livestream_broadcast (id, broadcaster_id, title, state) VALUES ($1, $2, '春の扇子', 'scheduled')",
            *(broadcast, caster),
        )
        for visitor in (b"a", b"b"):
            await tx.execute(
                "INSERT INTO livestream_interest (id, broadcast_id, product_id, visitor, clicks, adds, first_at, added_at)"
                " VALUES ($1, $2, $3, $4, 1, 1, now(), now())",
                *(uuid.uuid4(), broadcast, product_id, visitor),
            )
        await tx.execute(
            "INSERT INTO livestream_sale (order_id, variant_id, product_id, broadcast_id, quantity, amount, placed_at,"
            " visitor) VALUES ($1, $2, $3, $4, 3, 999, '2026-06-02 02:00Z', $5)",
            *(order_id, fan, product_id, broadcast, b"a"),
        )
        # Came to it without a trace of having put it into the cart: a sale, but none of the steps' people.
        for visitor in (b"c", b"d", b"e"):
            await tx.execute(
                "INSERT INTO livestream_sale (order_id, variant_id, product_id, broadcast_id, quantity, amount, placed_at,"
                " visitor) VALUES ($1, $2, $3, $4, 1, 333, '2026-05-02 02:00Z', $5)",
                *(uuid.uuid4(), fan, product_id, broadcast, visitor),
            )
    found = await report(stall.ctx, Wanted(kind=Kind.MONTH, day=date(2026, 6, 9)))
    [one] = found.broadcasts
    assert (one.name, one.by, one.orders, one.units, one.sales) == ("春の扇子", "花子", 1, 3, 999)
    assert [(step.people, step.percent) for step in one.funnel] == [
        (2, "100.0"), (2, "100.0"), (2, "100.0"), (1, "50.0"), (1, "100.0"),
    ]  # fmt: skip
    assert [(one.name, one.sales) for one in found.broadcasters] == [("花子", 999)]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=9))
@settings(max_examples=60)
def test_shares_add_up(amounts: list[int]) -> None:
    rows = [SoldShare(id=None, name=str(n), units=1, sales=amount) for n, amount in enumerate(amounts)]
    assert sum(one.permille for one in shares(rows)) == (1000 if sum(amounts) else 0)


@pytest.mark.parametrize(
    ("counts", "permille"),
    [((0, 0, 0, 0, 0), [1000, 0, 0, 0, 0]), ((8, 4, 4, 1, 0), [1000, 500, 1000, 250, 0])],
)
def test_steps_are_shown_as_they_are(counts: tuple[int, ...], permille: list[int]) -> None:
    steps = funnel(counts)
    assert ([step.people for step in steps], [step.permille for step in steps]) == (list(counts), permille)


@pytest.mark.req("DF-13")
@pytest.mark.parametrize(
    ("wanted", "first", "last", "first_before", "last_before"),
    [
        (Wanted(kind=Kind.WEEK, day=date(2026, 3, 1)), "2026-02-23", "2026-03-01", "2026-02-16", "2026-02-22"),
        (Wanted(kind=Kind.MONTH, day=date(2024, 3, 9)), "2024-03-01", "2024-03-31", "2024-02-01", "2024-02-29"),
        (Wanted(kind=Kind.YEAR, day=date(2025, 3, 9)), "2025-01-01", "2025-12-31", "2024-01-01", "2024-12-31"),
        (Wanted(kind=Kind.YEAR, day=date(2026, 3, 9)), "2026-01-01", "2026-04-09", "2025-01-01", "2025-04-09"),
        (Wanted(kind=Kind.MONTH), "2026-04-01", "2026-04-09", "2026-03-01", "2026-03-09"),
        (Wanted(kind=Kind.DAY), "2026-04-09", "2026-04-09", "2026-04-08", "2026-04-08"),
        (Wanted(kind=Kind.LAST7), "2026-04-03", "2026-04-09", "2026-03-27", "2026-04-02"),
        (CUSTOM, "2026-03-01", "2026-03-30", "2026-01-30", "2026-02-28"),
        (
            Wanted(kind=Kind.CUSTOM, first=date(2026, 3, 9), last=date(2026, 3, 1)),
            "2026-03-11", "2026-04-09", "2026-02-09", "2026-03-10",
        ),
    ],
)  # fmt: skip
def test_periods(wanted: Wanted, first: str, last: str, first_before: str, last_before: str) -> None:
    period = period_of(wanted, date(2026, 4, 9))
    other = before(wanted, period)
    assert (str(period.first), str(period.last)) == (first, last)
    assert (str(other.first), str(other.last)) == (first_before, last_before)
