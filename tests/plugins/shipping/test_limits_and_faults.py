"""More slips than a carrier takes, an order that moves, and rates that nobody can reckon."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Mapping

import asyncpg
import pytest

from nakamise.contracts.orders import OrderView
from tests.plugins.shipping.depot import API, CONFIG, Depot

MANY = """
WITH made AS (
    INSERT INTO shipping_slip (id, ref, temperature, carrier)
    SELECT gen_random_uuid(), 'X' || n, 'normal', 'yamato' FROM generate_series(1, $2::int) n RETURNING id, ref)
INSERT INTO shipping_slip_order (slip_id, order_id, line_numbers)
SELECT id, $1, ARRAY[substr(ref, 2)::int] FROM made
"""


@pytest.mark.req("CL-24")
async def test_a_file_holds_what_the_carrier_takes_at_once(depot: Depot) -> None:
    """Slips are numbers here: one order with as many parcels as fill a file, and one more."""
    rouge = await depot.stall.goods("honten", "口紅", 2480, 9)
    order = await depot.order(await depot.stall.buyer("花子"), [(rouge, 1)])
    async with depot.stall.ctx.begin() as tx:
        await tx.execute(MANY, order.id, 1001)
    body = {"order_ids": [str(order.id)], "ship_day": depot.today().isoformat()}
    for path in ("/slips/check", "/slips"):
        refused = await depot.staff.post(f"{API}{path}", json=body)
        assert refused.status_code == 422
        assert "1001件" in refused.json()["errors"]["orders"].replace(",", "")
        assert "1000件まで" in refused.json()["errors"]["orders"].replace(",", "")
    assert await depot.stall.value("SELECT count(*) FROM shipping_file") == 0
    assert (await depot.view(order.id)).fulfil_state == "unfulfilled", "nothing was begun"
    page = await depot.office.browser.post(
        "/admin/shipping/slips/check", data={"day": body["ship_day"], "orders": str(order.id)}
    )
    assert (page.status_code, "何回かに分けて" in page.text) == (422, True)
    async with depot.stall.ctx.begin() as tx:
        await tx.execute("DELETE FROM shipping_slip WHERE ref = 'X1001'")
    file = (await depot.staff.post(f"{API}/slips", json=body)).json()
    assert file["slip_count"] == 1000
    data = (await depot.staff.get(f"{API}/files/{file['id']}/csv")).content.decode("cp932")
    assert len(list(csv.reader(io.StringIO(data)))) == 1 + 1000
    async with depot.stall.ctx.begin() as tx:
        await tx.execute("DELETE FROM shipping_slip WHERE ref <> 'X1'")
    await an_order_moves(depot, order)
    await staff_of_a_shop_write_no_slips_for_what_they_bought(depot, order, body)


async def staff_of_a_shop_write_no_slips_for_what_they_bought(
    depot: Depot, own: OrderView, body: Mapping[str, object]
) -> None:
    """At another shop: their purchase is theirs to see, but not as a slip of theirs to write."""
    stall, staff = depot.stall, depot.office.staff
    hanare = await stall.shop("hanare", "HN", shipping_fee=550)
    bought = await depot.order(staff, [(await stall.goods("hanare", "茶", 1500, 9), 1)])
    pages = "/admin/shipping/slips"
    await depot.set(CONFIG, "hanare")
    own_file = await stall.value("SELECT id FROM shipping_file")
    other = await depot.order(staff, [(await stall.goods("hanare", "茶碗", 1500, 9), 1)])
    foreign = await depot.staff.post(f"{API}/slips", json={**body, "order_ids": [str(other.id)]})
    assert foreign.status_code == 201, foreign.text
    own_csv, foreign_csv = f"/files/{own_file}/csv", f"/files/{foreign.json()['id']}/csv"
    assert foreign_csv in (await depot.office.browser.get(pages)).text
    assert (await depot.staff.get(API + foreign_csv)).status_code == 200
    assert bought.number in (await depot.office.browser.get(pages)).text, "who works for all shops sees it"
    async with stall.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO shop_people (user_id, shop_id) VALUES ($1, $2)", staff.id, stall.shops["honten"]
        )
    listed = (await depot.office.browser.get(pages)).text
    assert (own.number in listed, bought.number in listed) == (True, False)
    assert foreign_csv not in listed, "nor a file with another shop's parcels"
    assert own_csv in listed
    for client, path in ((depot.office.browser, "/admin/shipping"), (depot.staff, API)):
        assert (await client.get(path + foreign_csv)).status_code == 404
    assert (await depot.office.browser.get(f"{pages}?shop={hanare}")).status_code == 404
    for path in ("/slips/check", "/slips"):
        answer = await depot.staff.post(f"{API}{path}", json={**body, "order_ids": [str(bought.id)]})
        assert answer.status_code == 422, answer.text
    assert (await depot.view(bought.id)).fulfil_state == "unfulfilled"


async def an_order_moves(depot: Depot, order: OrderView) -> None:
    """¥800 to Tokyo were paid; Kanagawa costs the same, Okinawa ¥1,000 more, and nothing goes to Hokkaido."""
    path = f"/api/shop/staff/orders/{order.id}/address"
    to = {name: value for name, value in order.address.items() if isinstance(value, str)}
    far = to | {"prefecture": "沖縄県", "postal_code": "9000001"}
    told = await depot.staff.put(path, json=far)
    assert told.status_code == 422
    assert "¥1,000高く" in told.json()["errors"]["difference"]
    assert "¥800 → ¥1,800" in told.json()["errors"]["difference"]
    assert (await depot.staff.put(path, json=far | {"difference": 999})).status_code == 422
    nowhere = await depot.staff.put(path, json=to | {"prefecture": "北海道", "postal_code": "0600001"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (409, "undeliverable")
    assert (await depot.view(order.id)).address["prefecture"] == "東京都"
    page = f"/admin/shop/orders/{order.id}/address"
    asked = await depot.office.browser.post(page, data=far)
    assert (asked.status_code, 'name="difference" value="1000"' in asked.text) == (422, True)
    done = await depot.office.browser.post(page, data=far | {"difference": "1000"}, follow_redirects=True)
    assert "沖縄県" in done.text
    moved = await depot.view(order.id)
    assert (moved.address["prefecture"], moved.total) == ("沖縄県", order.total)
    noted = "SELECT detail ->> 'difference' FROM core_audit WHERE act = 'shop.order_changed'"
    assert await depot.stall.value(noted) == "1000"
    back = await depot.staff.put(path, json=to | {"prefecture": "神奈川県", "postal_code": "2200001"})
    assert "¥1,000安く" in back.json()["errors"]["difference"]


@pytest.mark.req("CL-16", "LC-9.14.6")
async def test_rates_that_fail_close_checkout_and_lose_nothing(
    depot: Depot, owner: asyncpg.Connection
) -> None:
    """The plugin's query fails in the middle of the transaction: the cart is shown, orders wait."""
    rouge = await depot.stall.goods("honten", "口紅", 2480, 9)
    buyer = await depot.stall.buyer("花子")
    await depot.stall.fill_cart(buyer, [(rouge, 1)])
    till = depot.till(buyer)
    seen = await till.confirmation()
    browser = await depot.office.browser_of(buyer)
    table = f'"{depot.stall.tenant.schema}".shipping_shop'
    await owner.execute(f"ALTER TABLE {table} RENAME TO shipping_gone")
    try:
        cart = await browser.get("/shop/cart")
        assert (cart.status_code, cart.text.count("口紅") > 0) == (200, True)
        assert "ただいま送料を計算できません" in cart.text
        assert "送料を除く合計" in cart.text
        assert "¥550" not in cart.text, "the flat fee is no guess"
        key = uuid.uuid4().hex
        refused = await till.place(key=key, fingerprint=seen["fingerprint"])
        assert (refused.status_code, refused.json()["code"]) == (503, "shipping_unknown")
        assert "カートの中身は残っています" in refused.json()["detail"]
        page = await browser.get("/shop/checkout/address", follow_redirects=True)
        assert "送料を計算できません" in page.text
        assert await depot.stall.value("SELECT count(*) FROM shop_order") == 0
        assert await depot.stall.stock_of(rouge) == (9, 0)
    finally:
        await owner.execute(
            f'ALTER TABLE "{depot.stall.tenant.schema}".shipping_gone RENAME TO shipping_shop'
        )
    placed = await till.place(key=key, fingerprint=seen["fingerprint"])
    assert placed.status_code == 201, placed.text
    assert await depot.stall.value("SELECT shipping FROM shop_order") == 800
