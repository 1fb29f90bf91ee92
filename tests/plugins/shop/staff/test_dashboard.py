"""The dashboard's box: its numbers are the database's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nakamise.contracts.ui import Figure, Period, SetupStep, Todo
from nakamise_shop.staff.dashboard import dashboard_context
from nakamise_shop.staff.widget import widget
from tests.plugins.shop.staff.office import API, Office, variant
from tests.plugins.shop.stall import Stall

DAYS = 30


def month(stall: Stall) -> Period:
    today = stall.ctx.now().astimezone(stall.tenant.zone).date()
    return Period(today - timedelta(days=DAYS - 1), today)


async def box(stall: Stall) -> dict[str, Any]:
    async with stall.ctx.read() as tx:
        found = await dashboard_context(stall.ctx, tx, month(stall))
    assert found is not None
    return dict(found)


async def told(stall: Stall) -> tuple[dict[str, Figure], dict[str, int], dict[str, bool]]:
    """Figures, counts of to-dos and whether steps are done, by label."""
    async with stall.ctx.read() as tx:
        items = await widget(stall.ctx, tx, month(stall))
    return (
        {one.label: one for one in items if isinstance(one, Figure)},
        {one.label: one.count for one in items if isinstance(one, Todo)},
        {one.label: one.is_done for one in items if isinstance(one, SetupStep)},
    )


@pytest.mark.req("LC-8.1.1", "LC-9.1.1", "LC-9.1.2", "DF-04")
async def test_its_counters_are_fresh_counts_after_each_write(office: Office) -> None:
    lip = await office.stall.goods("honten", "口紅", 3960, 12)
    await office.create(variants=[variant(sku="DRAFT")])
    for _ in range(3):
        await office.order([(lip, 1)])
    waiting = await office.order([(lip, 1)], paid=False)
    figures, todos, steps = await told(office.stall)
    assert figures["Orders of the period"].value == 3
    assert figures["Sales of the period"].value == 3 * (3960 + 550)
    assert todos == {
        "Orders to process": 3,
        "Orders being processed": 0,
        "Low stock": 1,
        "Drafts": 1,
        "Unpaid orders that could not be ended": 0,
    }
    assert steps["Publish the first product"]
    shop = (await box(office.stall))["shops"][0]
    assert (shop.product_count, shop.order_count, shop.sales) == (1, 3, 13530)
    await office.api.post(f"{API}/orders/{waiting.orders[0].id}/cancel", json={"reason": "試験"})
    sold = await office.count(
        "SELECT coalesce(sum(total), 0)::bigint FROM shop_order WHERE state IN ('paid', 'part_refunded')"
    )
    figures, _, _ = await told(office.stall)
    assert figures["Sales of the period"].value == sold == 13530


@pytest.mark.req("LC-8.1.1", "DF-13", "DF-14")
async def test_its_chart_has_every_day_also_the_empty_ones(office: Office) -> None:
    lip = await office.stall.goods("honten", "口紅", 1000, 12)
    old, new = await office.order([(lip, 1)]), await office.order([(lip, 1)])
    async with office.stall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE shop_order SET paid_at = now() - interval '40 days' WHERE id = $1", old.orders[0].id
        )
    points = (await box(office.stall))["points"]
    assert len(points) == DAYS
    assert [value for _, value in points] == [0] * (DAYS - 1) + [new.orders[0].total]
    figures, _, _ = await told(office.stall)
    sales, average = figures["Sales of the period"], figures["Sales a day (average of %(days)s days)"]
    assert (sales.value, sales.previous) == (new.orders[0].total, old.orders[0].total)
    assert average.value == new.orders[0].total // DAYS


@pytest.mark.req("LC-8.1.1")
async def test_only_who_may_sees_it(office: Office) -> None:
    page = await office.browser.get("/admin")
    assert page.status_code == 200
    assert "期間の売上" in page.text
    nobody = await office.stall.buyer()
    async with office.stall.ctx.read() as tx:
        assert await dashboard_context(office.stall.ctx_of(nobody), tx, month(office.stall)) is None
