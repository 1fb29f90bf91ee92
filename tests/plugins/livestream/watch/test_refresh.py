"""What others buy is seen without asking: prices and stocks are told to whoever watches, once for many orders."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nakamise.rooms.event import View
from nakamise.testing.people import Person
from nakamise_livestream.watch import refresh
from nakamise_timesale import service as sales
from nakamise_timesale.schemas import ItemInput, SaleInput
from tests.plugins.livestream.chat.talk import in_room
from tests.plugins.livestream.stage import API, Stage, ok, on_air

_IN_ENGLISH = """UPDATE shop_product SET translations = '{"en": {"name": "Lipstick"}}' WHERE id::text = $1"""
WAITING = "SELECT count(*)::int FROM job WHERE name = $1 AND tenant_id = $2 AND state = 'queued'"


async def test_many_orders_are_looked_at_once(stage: Stage) -> None:
    for _ in range(5):
        await refresh.soon(stage.ctx)
    async with stage.ctx.runtime.db.control(read_only=True) as tx:
        assert await tx.value(WAITING, refresh.JOB, stage.tenant.id) == 1


@pytest.mark.req("LC-8.8.1")
async def test_only_what_changed_is_told(stage: Stage, presenter: Person, goods: list[str]) -> None:
    made = await on_air(presenter)
    await ok(
        await presenter.client.put(
            f"{API}/studio/broadcasts/{made['id']}/products", json={"product_ids": goods}
        )
    )
    await refresh.refresh(stage.ctx)
    async with in_room(stage, made) as ears:
        await refresh.refresh(stage.ctx)
        async with stage.ctx.begin() as tx:
            await tx.execute(
                "UPDATE shop_stock s SET on_hand = 3 FROM shop_variant v"
                " WHERE v.id = s.variant_id AND v.product_id::text = $1",
                goods[0],
            )
        await refresh.refresh(stage.ctx)
        (news,) = await ears.of("goods")
    assert [one["stock"] for one in news.data["goods"]] == ["残り3点", "在庫あり", "在庫あり"]
    await the_end_of_a_sale_is_counted_down(stage, made, goods[0])


@pytest.mark.req("LC-8.8.1")
async def test_who_watches_in_english_keeps_english_names(
    stage: Stage, presenter: Person, goods: list[str]
) -> None:
    made = await on_air(presenter)
    url = f"{API}/studio/broadcasts/{made['id']}/products"
    await ok(await presenter.client.put(url, json={"product_ids": goods[:1]}))
    async with in_room(stage, made, View("en")) as english, in_room(stage, made) as japanese:
        async with stage.ctx.begin() as tx:
            await tx.execute(_IN_ENGLISH, goods[0])
            await tx.execute("UPDATE shop_stock SET on_hand = 3")
        await refresh.refresh(stage.ctx)
        await ok(await presenter.client.put(url, json={"product_ids": goods[:1]}))
        told = [[one["name"] for one in news.data["goods"]] for news in await english.of("goods", 2)]
        assert told == [["Lipstick"], ["Lipstick"]]
        assert [news.data["goods"][0]["name"] for news in await japanese.of("goods", 2)] == ["口紅", "口紅"]


async def the_end_of_a_sale_is_counted_down(stage: Stage, made: dict[str, Any], product: str) -> None:
    """By the page's own countdown, from what the catalog says; without scripts the end stands there."""
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=5)
    async with in_room(stage, made) as ears:
        async with stage.ctx.begin() as tx:
            sale = SaleInput(name="生配信セール", starts_at=ends - timedelta(days=1), ends_at=ends)
            sale_id = await sales.create(stage.ctx, tx, sale)
            await sales.add_item(stage.ctx, tx, sale_id, ItemInput(product_id=uuid.UUID(product), price=1500))
        await refresh.refresh(stage.ctx)
        (news,) = await ears.of("goods")
    viewer = await stage.person("客")
    told = [(one["price"], one["ends_at"]) for one in news.data["goods"]]
    assert [end and datetime.fromisoformat(end) for _price, end in told] == [ends, None, None]
    assert told[0][0] == "¥1,500"
    page = (await viewer.client.get(f"/livestream/{made['id']}")).text
    (end,) = set(re.findall(r'data-countdown="([^"]+)"', page))
    assert datetime.fromisoformat(end) == ends
    assert f"{ends.astimezone(stage.tenant.zone):%H:%M}" in page
