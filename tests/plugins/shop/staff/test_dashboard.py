"""The dashboard's box: its numbers are the database's."""

from __future__ import annotations

from typing import Any

import pytest

from nakamise_shop.staff.dashboard import DAYS, dashboard_context
from tests.plugins.shop.staff.office import API, Office, variant
from tests.plugins.shop.stall import Stall


async def box(stall: Stall) -> dict[str, Any]:
    async with stall.ctx.read() as tx:
        found = await dashboard_context(stall.ctx, tx)
    assert found is not None
    return dict(found)


@pytest.mark.req("LC-8.1.1", "DF-04")
async def test_its_counters_are_fresh_counts_after_each_write(office: Office) -> None:
    lip = await office.stall.goods("honten", "口紅", 3960, 12)
    await office.create(variants=[variant(sku="DRAFT")])
    for _ in range(3):
        await office.order([(lip, 1)])
    waiting = await office.order([(lip, 1)], paid=False)
    now = await box(office.stall)
    assert now["today"].orders == 3
    assert now["sales_30"] == 3 * (3960 + 550)
    assert now["orders"] == {"confirmed": 3, "pending": 1}
    assert (now["todo"].low_stock, now["todo"].drafts) == (1, 1)
    shop = now["shops"][0]
    assert (shop.product_count, shop.order_count, shop.sales) == (1, 3, 13530)
    await office.api.post(f"{API}/orders/{waiting.orders[0].id}/cancel", json={"reason": "試験"})
    sold = await office.count(
        "SELECT coalesce(sum(total), 0)::bigint FROM shop_order WHERE state IN ('paid', 'part_refunded')"
    )
    assert (await box(office.stall))["sales_30"] == sold


@pytest.mark.req("LC-8.1.1")
async def test_its_chart_has_every_day_also_the_empty_ones(office: Office) -> None:
    lip = await office.stall.goods("honten", "口紅", 1000, 12)
    placed = await office.order([(lip, 1)])
    async with office.stall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE shop_order SET paid_at = now() - interval '40 days' WHERE id = $1", placed.orders[0].id
        )
    now = await box(office.stall)
    assert len(now["points"]) == DAYS
    assert now["sales_30"] == 0


@pytest.mark.req("LC-8.1.1")
async def test_only_who_may_sees_it(office: Office) -> None:
    page = await office.browser.get("/admin")
    assert page.status_code == 200
    assert "今日の売上" in page.text or "本日の売上" in page.text
    nobody = await office.stall.buyer()
    async with office.stall.ctx.read() as tx:
        assert await dashboard_context(office.stall.ctx_of(nobody), tx) is None
