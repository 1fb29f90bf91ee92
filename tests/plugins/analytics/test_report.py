"""Reports against figures reckoned by hand."""

from __future__ import annotations

import asyncio
import csv
import io
import uuid
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nakamise.contracts.orders import RefundLine, RefundOrder
from nakamise.contracts.sales import Sales, SoldShare
from nakamise.contracts.ui import Period
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain, MakeTenant
from nakamise_analytics.live import funnel
from nakamise_analytics.periods import Kind, Wanted, before, period_of
from nakamise_analytics.report import report, shares
from nakamise_analytics.sheets import csv_of
from nakamise_shop.orders.refunding import refund
from tests.plugins.shop.stall import Stall, Till, insert

CUSTOM = Wanted(kind=Kind.CUSTOM, first=date(2026, 3, 1), last=date(2026, 3, 30))


@pytest.fixture
async def stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    tenant = await make_tenant(plugins=("shop", "payments_sandbox", "livestream", "analytics"))
    opened = Stall(tenant, ctx_for(tenant), ctx_for)
    await opened.shop("honten", "LC")
    await opened.shop("bekkan", "BK", shipping_fee=0)
    return opened


async def sold(
    stall: Stall, client: ClientFor, goods: list[tuple[uuid.UUID, int]], paid_at: str
) -> uuid.UUID:
    """A paid order; ``paid_at`` is a time of Tokyo."""
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, goods)
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    order_id = uuid.UUID(placed["orders"][0]["id"])
    async with stall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE shop_order SET paid_at = $2::text::timestamp AT TIME ZONE 'Asia/Tokyo' WHERE id = $1",
            order_id,
            paid_at,
        )
        await tx.execute("UPDATE core_user SET created_at = '2026-01-01' WHERE id = $1", buyer.id)
    return order_id


@pytest.mark.req(
    "LC-8.9.1", "LC-8.9.2", "LC-8.9.3", "LC-9.13.1", "LC-9.13.2", "LC-9.13.3", "CL-29", "DF-13", "DF-14", "DF-15"
)  # fmt: skip
async def test_a_month_by_hand(stall: Stall, client: ClientFor, drain: Drain) -> None:
    """March: 3 orders of ¥2,550 (first second), ¥4,030 and ¥999 (last second), one of them half refunded."""
    tea = await stall.goods("honten", "=茶", 1000, 50)
    cup = await stall.goods("honten", "湯呑", 1740, 50)
    fan = await stall.goods("bekkan", "扇子", 333, 50)
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
    monthly = await report(stall.ctx, Wanted(kind=Kind.YEAR, day=date(2026, 5, 5)))
    course = [one.sales for one in monthly.points]
    assert (len(course), course[:4]) == (12, [0, 666, 7579 + 333, 0])
    today = await report(stall.ctx, Wanted(kind=Kind.WEEK))
    assert (today.totals.sales, today.totals.given_back, today.totals.net) == (0, 1000, -1000)
    text = csv_of(stall.ctx, found, "products", "cp932").decode("cp932")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1:] == [["湯呑", "2", "1", "3480"], ["'=茶", "2", "1", "2000"], ["扇子", "3", "1", "999"]]
    summary = csv_of(stall.ctx, found, "summary", "utf-8").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(summary)))[1] == ["売上", "7579", "666"]
    buyer = await stall.buyer()
    refused = await client(stall.tenant).get("/api/analytics/sales", headers=buyer.headers)
    assert refused.status_code == 403
    await drain(stall.tenant)


async def test_all_figures_are_of_one_moment(stall: Stall, client: ClientFor) -> None:
    """Orders that are paid meanwhile are in all figures or in none. Without a snapshot they would differ."""
    fan = await stall.goods("bekkan", "扇子", 333, 50)
    await sold(stall, client, [(fan, 1)], "2026-03-02 12:00:00")
    assert CUSTOM.first is not None
    assert CUSTOM.last is not None
    march = Period(CUSTOM.first, CUSTOM.last)
    count = "SELECT count(*) FROM shop_order WHERE paid_at IS NOT NULL"
    sales = stall.ctx.service(Sales)
    async with stall.ctx.snapshot() as tx, stall.ctx.read() as other:
        assert (await tx.value(count), await other.value(count)) == (1, 1)
        await asyncio.gather(sold(stall, client, [(fan, 1)], "2026-03-03 12:00:00"))
        assert (await tx.value(count), await other.value(count)) == (1, 2)
        found = await sales.report(tx, march, march)
    assert found.totals.sales == sum(day.sales for day in found.days) == 333


@pytest.mark.req("LC-9.13.4", "GL-29")
async def test_what_broadcasts_brought(stall: Stall, client: ClientFor) -> None:
    """Two people tapped, both put it into the cart, one paid: 2 → 2 → 2 → 1 → 1."""
    fan = await stall.goods("bekkan", "扇子", 333, 50)
    order_id = await sold(stall, client, [(fan, 3)], "2026-03-02 12:00:00")
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
            " visitor) VALUES ($1, $2, $3, $4, 3, 999, '2026-03-02 02:00Z', $5)",
            *(order_id, fan, product_id, broadcast, b"a"),
        )
    found = await report(stall.ctx, CUSTOM)
    [one] = found.broadcasts
    assert (one.name, one.by, one.orders, one.units, one.sales) == ("春の扇子", "花子", 1, 3, 999)
    assert [(step.people, step.percent) for step in one.funnel] == [
        (2, "100.0"), (2, "100.0"), (2, "100.0"), (1, "50.0"), (1, "100.0"),
    ]  # fmt: skip
    assert [(one.name, one.sales) for one in found.broadcasters] == [("花子", 999)]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
@settings(max_examples=60)
def test_shares_add_up(amounts: list[int]) -> None:
    rows = [SoldShare(id=None, name=str(n), units=1, sales=amount) for n, amount in enumerate(amounts)]
    assert sum(one.permille for one in shares(rows)) == (1000 if sum(amounts) else 0)


@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=5))
@settings(max_examples=60)
def test_no_step_is_more_than_the_one_before(counts: list[int]) -> None:
    steps = funnel(counts)
    assert all(step.permille <= 1000 for step in steps)
    assert all(later.people <= step.people for step, later in pairwise(steps))


@pytest.mark.req("DF-13")
@pytest.mark.parametrize(
    ("wanted", "first", "last", "first_before", "last_before"),
    [
        (Wanted(kind=Kind.WEEK, day=date(2026, 3, 1)), "2026-02-23", "2026-03-01", "2026-02-16", "2026-02-22"),
        (Wanted(kind=Kind.MONTH, day=date(2028, 3, 9)), "2028-03-01", "2028-03-31", "2028-02-01", "2028-02-29"),
        (Wanted(kind=Kind.YEAR, day=date(2026, 3, 9)), "2026-01-01", "2026-12-31", "2025-01-01", "2025-12-31"),
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
