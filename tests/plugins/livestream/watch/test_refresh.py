"""What others buy is seen without asking: prices and stocks are told to whoever watches, once for many orders."""

from __future__ import annotations

from nakamise.testing.people import Person
from nakamise_livestream.watch import refresh
from tests.plugins.livestream.chat.talk import in_room
from tests.plugins.livestream.stage import API, Stage, ok, on_air

WAITING = "SELECT count(*)::int FROM job WHERE name = $1 AND tenant_id = $2 AND state = 'queued'"


async def test_many_orders_are_looked_at_once(stage: Stage) -> None:
    for _ in range(5):
        await refresh.soon(stage.ctx)
    async with stage.ctx.runtime.db.control(read_only=True) as tx:
        assert await tx.value(WAITING, refresh.JOB, stage.tenant.id) == 1


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
