"""A buyer's data in the shop: handed out, and forgotten once nothing is under way."""

from __future__ import annotations

import pytest

from nakamise.errors import Conflict
from nakamise_shop.privacy import erase, export
from tests.plugins.shop.staff.office import Office


async def test_orders_are_copied_and_lose_their_person(office: Office) -> None:
    lip = await office.stall.goods("honten", "口紅", 1000, 12)
    placed = await office.order([(lip, 1)])
    ctx = office.stall.ctx
    async with ctx.read() as tx:
        buyer_id = await tx.value("SELECT buyer_id FROM shop_order")
        name = await tx.value("SELECT address ->> 'family_name' FROM shop_order")
        copy = await export(ctx, tx, buyer_id)
    assert copy is not None
    assert [order.number for order in copy.orders] == [placed.orders[0].number]
    assert copy.orders[0].address["family_name"] == name
    with pytest.raises(Conflict, match="under way"):
        async with ctx.begin() as tx:
            await erase(ctx, tx, buyer_id)
    async with ctx.begin() as tx:
        await tx.execute("UPDATE shop_order SET fulfil_state = 'delivered'")
        assert await erase(ctx, tx, buyer_id) >= 2
    async with ctx.read() as tx:
        left = await tx.value(
            "SELECT count(*) FROM shop_order o JOIN shop_purchase p ON p.id = o.purchase_id"
            " WHERE (o::text || p::text) LIKE '%' || $1 || '%'",
            name,
        )
        total = await tx.value("SELECT total FROM shop_order")
    assert left == 0
    assert total == placed.orders[0].total
