"""Tables equal the migrations; what people may ask for; whose pages these are."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from sqlalchemy import ARRAY, Column

from nakamise.contracts.cart import CartInputs
from nakamise.errors import NotFound
from nakamise.testing.fixtures import CtxFor
from nakamise_shipping import privacy
from nakamise_shipping.models import metadata
from tests.plugins.shipping.depot import API, CONFIG, Depot
from tests.plugins.shop.catalog.test_models import COLUMNS, TYPES


async def test_columns_are_the_same(depot: Depot, owner: asyncpg.Connection) -> None:
    for name, table in metadata.tables.items():
        rows = await owner.fetch(COLUMNS, depot.stall.tenant.schema, name)
        in_database = {row["column_name"]: (row["udt_name"], row["nullable"]) for row in rows}
        assert in_database == {
            column.name: (type_of(column), bool(column.nullable)) for column in table.columns
        }, name


def type_of(column: Column[Any]) -> str:
    if isinstance(column.type, ARRAY):
        return f"_{TYPES[column.type.item_type.__visit_name__.lower()]}"
    return TYPES[column.type.__visit_name__.lower()]


@pytest.mark.req("CL-20", "CL-16")
async def test_people_are_forgotten_and_strangers_stay_outside(depot: Depot, ctx_for: CtxFor) -> None:
    stall = depot.stall
    rouge = await stall.goods("honten", "口紅", 2480, 5)
    buyer = await stall.buyer("花子")
    order = await depot.order(buyer, [(rouge, 1)], noshi="内祝", noshi_name="山田", card="おめでとう")
    async with stall.ctx.begin() as tx:
        copy = await privacy.export(stall.ctx, tx, buyer.id)
        assert copy is not None
        assert [(one.noshi_name, one.card) for one in copy] == [("山田", "おめでとう")]
        assert await privacy.erase(stall.ctx, tx, buyer.id) == 1
        assert await privacy.erase(stall.ctx, tx, buyer.id) == 0
    client = depot.client_for(stall.tenant)
    for method, path in (
        ("GET", f"/orders/{order.id}"),
        ("GET", "/merges"),
        ("GET", f"/shops/{stall.shops['honten']}"),
        ("POST", "/slips"),
        ("POST", "/tracking"),
    ):
        answer = await client.request(method, f"{API}{path}", headers=buyer.headers)
        assert answer.status_code == 403, path
    # Somebody else's address answers as if it were not there.
    other = await stall.buyer("次郎")
    path = f"{API}/wishes/{stall.shops['honten']}"
    answer = await client.get(path, params={"address_id": str(buyer.address_id)}, headers=other.headers)
    assert answer.status_code == 404


@pytest.mark.req("CL-16")
async def test_settings_are_replaced_under_their_version(depot: Depot) -> None:
    path = f"{API}/shops/{depot.stall.shops['honten']}"
    found = (await depot.staff.get(path)).json()
    body = {"version": found["version"], "config": found["config"]}
    assert (await depot.staff.put(path, json=body)).status_code == 200
    assert (await depot.staff.put(path, json=body)).status_code == 409
    wrong = {**body, "version": found["version"] + 1}
    wrong["config"] = {**found["config"], "hours": [{"code": "2021", "label": "夜"}]}
    refused = await depot.staff.put(path, json=wrong)
    assert (refused.status_code, "hours" in refused.text) == (422, True)
    for place, fee in (("東京都", 400), ("北海道", None)):
        tried = await depot.staff.post(f"{path}/trial", json={"goods": 5000, "prefecture": place})
        assert tried.json()["fee"] == fee
    page = await depot.office.browser.get(f"/admin/shipping/shops/{depot.stall.shops['honten']}")
    assert page.status_code == 200
    assert str(CONFIG.zones[0].fees[0]) in page.text


@pytest.mark.req("CL-20")
async def test_what_a_guest_chose_joins_the_cart_of_the_user(depot: Depot) -> None:
    stall = depot.stall
    rouge = await stall.goods("honten", "口紅", 2480, 5)
    buyer = await stall.buyer("花子")
    service = stall.ctx_of(buyer).service(CartInputs)
    async with stall.ctx.begin() as tx:
        assert await service.all(tx) == {}
    with pytest.raises(NotFound):
        async with stall.ctx.begin() as tx:
            await service.set(tx, {"coupons.code": "SPRING"})
    client = depot.client_for(stall.tenant)
    added = await client.post("/api/shop/cart/lines", json={"variant_id": str(rouge)})
    token = added.headers["X-Cart-Token"]
    async with stall.ctx.begin() as tx:
        await tx.execute("INSERT INTO shop_cart_input SELECT id, 'coupons.code', 'SPRING' FROM shop_cart")
    cart = await client.get("/api/shop/cart", headers={**buyer.headers, "X-Cart-Token": token})
    assert cart.json()["inputs"] == {"coupons.code": "SPRING"}
    async with stall.ctx.begin() as tx:
        for name, value in (("Coupon", "x"), ("a.b", "x" * 501)):
            with pytest.raises(ValueError, match=name):
                await service.set(tx, {name: value})
        await service.set(tx, {"coupons.code": None, "shipping.day": "2026-12-01"})
        assert await service.all(tx) == {"shipping.day": "2026-12-01"}
    order = await depot.order(buyer, [])
    assert dict(order.inputs) == {"shipping.day": "2026-12-01"}
    async with stall.ctx.begin() as tx:
        assert await service.all(tx) == {}
