"""The service that other plugins work on orders with."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from nakamise.contracts.orders import OrderQuery, Orders
from nakamise.errors import Conflict, Invalid, NotFound
from nakamise.testing.fixtures import ClientFor
from tests.plugins.shop.stall import Stall, Till

YAMATO, OTHER_YAMATO = "1234-5678-9013", "1234-5678-9024"


@pytest.mark.req("LC-8.6.2", "LC-8.6.3", "DF-06")
async def test_a_plugin_reads_searches_and_ships_orders(stall: Stall, client: ClientFor) -> None:
    rouge = await stall.goods("honten", "口紅", 2480, 5)
    tea = await stall.goods("honten", "ほうじ茶", 1080, 5, tax_class="reduced")
    buyer = await stall.buyer("花子")
    await stall.fill_cart(buyer, [(rouge, 2), (tea, 1)])
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    order_id, number = uuid.UUID(placed["orders"][0]["id"]), placed["orders"][0]["number"]
    orders = stall.ctx.service(Orders)
    async with stall.ctx.begin() as tx:
        view = await orders.lock(tx, order_id)
        assert (view.number, view.total, view.state, view.fulfil_state) == (
            number,
            6590,
            "paid",
            "unfulfilled",
        )
        assert [(line.line_no, line.qty, line.net) for line in view.lines] == [(1, 2, 4960), (2, 1, 1080)]
        assert view.quote.total == view.total
        assert (view.inputs, view.shipments, view.refunds) == ({}, (), ())
        assert await orders.has_bought(tx, view.buyer_id)
        assert not await orders.has_bought(tx, uuid.uuid4())
        day = view.placed_at.astimezone(stall.ctx.tenant.zone).date()
        for query, count in (
            (OrderQuery(), 1),
            (OrderQuery(ids=(order_id,), numbers=(number,), shop_ids=(view.shop_id,), states=("paid",)), 1),
            (OrderQuery(first=day, last=day, text="茶"), 1),
            (OrderQuery(fulfil_states=("shipped",)), 0),
            (OrderQuery(last=day - timedelta(days=1)), 0),
            (OrderQuery(text="ワイン"), 0),
            (OrderQuery(purchase_ids=(view.purchase_id, uuid.uuid4())), 1),
            (OrderQuery(purchase_ids=(uuid.uuid4(),)), 0),
        ):
            assert await orders.count(tx, query) == len(await orders.find(tx, query)) == count, query
    with pytest.raises(Invalid):
        async with stall.ctx.begin() as tx:
            await orders.ship(tx, order_id, [1], "yamato", YAMATO, day + timedelta(days=1))
    async with stall.ctx.begin() as tx:
        parcel = await orders.ship(tx, order_id, [1], "yamato", YAMATO)
        await orders.renumber(tx, order_id, parcel, "yamato", OTHER_YAMATO)
        await orders.note(tx, order_id, "shipping.label_printed", {"n": 1})
        sent = await orders.get(tx, order_id)
    assert [(one.id, one.tracking_number) for one in sent.shipments] == [(parcel, "123456789024")]
    assert [line.fulfil_state for line in sent.lines] == ["shipped", "unfulfilled"]
    assert await stall.stock_of(rouge) == (3, 0)
    for refused, args in ((Conflict, (order_id, [1])), (NotFound, (uuid.uuid4(), [1]))):
        with pytest.raises(refused):
            async with stall.ctx.begin() as tx:
                await orders.ship(tx, *args, "yamato", YAMATO)
    with pytest.raises(Invalid):
        async with stall.ctx.begin() as tx:
            await orders.ship(tx, order_id, [2], "pigeon", YAMATO)
    seen = await client(stall.tenant).get(f"/api/shop/orders/{number}", headers=buyer.headers)
    kinds = [note["kind"] for note in seen.json()["timeline"]]
    assert kinds == ["placed", "paid", "processing", "shipped", "renumbered", "shipping.label_printed"]
