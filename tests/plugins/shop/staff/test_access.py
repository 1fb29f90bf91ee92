"""Who may come in: staff of this tenant, nobody else."""

from __future__ import annotations

import uuid

import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.plugins.shop.staff.office import API, PAGES, Office, open_office, product
from tests.plugins.shop.stall import open_stall

SOME = uuid.UUID(int=7)
LISTS = ("products", "products/new", "orders", "orders/export.csv", "shops", "shops/new")
READS = ("products", f"products/{SOME}", "orders", f"orders/{SOME}", "shops", f"shops/{SOME}")
WRITES = (
    "products/new",
    f"products/{SOME}",
    f"products/{SOME}/publish",
    f"products/{SOME}/delete",
    f"products/{SOME}/pictures",
    f"orders/{SOME}/start",
    f"orders/{SOME}/ship",
    f"orders/{SOME}/cancel",
    f"shops/{SOME}",
    "shops/new",
    f"shops/{SOME}/apply",
    f"shops/{SOME}/suspend",
    f"shops/{SOME}/open",
    f"shops/{SOME}/close",
)


@pytest.mark.req("LC-9.0.1")
async def test_staff_come_in_guests_log_in_buyers_stay_out(office: Office) -> None:
    buyer = await office.browser_of(await office.stall.buyer())
    for path in LISTS:
        assert (await office.browser.get(f"{PAGES}/{path}")).status_code == 200, path
        assert (await buyer.get(f"{PAGES}/{path}")).status_code == 403, path
        guest = await office.guest.get(f"{PAGES}/{path}")
        assert guest.status_code == 303
        assert guest.headers["location"].startswith("/login"), path
    for path in WRITES:
        assert (await buyer.post(f"{PAGES}/{path}", data={"confirm": "1"})).status_code == 403, path
        guest = await office.guest.post(f"{PAGES}/{path}", data={"confirm": "1"})
        assert (guest.status_code, guest.headers["location"][:6]) == (303, "/login"), path


async def test_the_api_asks_for_the_same(office: Office) -> None:
    buyer = await office.stall.buyer()
    for path in READS:
        assert (await office.guest.get(f"{API}/{path}")).status_code == 401, path
        assert (await office.guest.get(f"{API}/{path}", headers=buyer.headers)).status_code == 403, path
    wanted = product()
    assert (await office.guest.post(f"{API}/products", json=wanted)).status_code == 401
    assert (await office.guest.post(f"{API}/products", json=wanted, headers=buyer.headers)).status_code == 403


@pytest.mark.req("LC-8.5.1")
async def test_nothing_of_another_tenant_is_listed_or_opened(
    office: Office, make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor
) -> None:
    lip = await office.stall.goods("honten", "口紅", 1000, 5)
    placed = await office.order([(lip, 1)])
    made = await office.create()
    other = await open_office(await open_stall(make_tenant, ctx_for), client)
    assert (await other.api.get(f"{API}/orders")).json()["items"] == []
    assert (await other.api.get(f"{API}/products")).json()["items"] == []
    order_id = placed.orders[0].id
    for path in (f"orders/{order_id}", f"products/{made['id']}", f"shops/{office.stall.shops['honten']}"):
        assert (await other.api.get(f"{API}/{path}")).status_code == 404, path
        assert (await other.browser.get(f"{PAGES}/{path}")).status_code == 404, path
    refused = await other.api.post(f"{API}/orders/{order_id}/start", json={"lines": [1]})
    assert refused.status_code == 404
    csv = await other.browser.get(f"{PAGES}/orders/export.csv")
    assert csv.text.count("\r\n") == 1


async def test_every_act_is_in_the_audit_log(office: Office) -> None:
    made = await office.create()
    await office.set_state(made["id"], "published")
    await office.change(made, name="別の名前")
    async with office.stall.ctx.read() as tx:
        acts = await tx.values(
            "SELECT act FROM core_audit WHERE subject = $1 AND actor_id = $2 ORDER BY at, id",
            *(made["id"], office.staff.id),
        )
    assert acts == ["shop.product.created", "shop.product.published", "shop.product.changed"]
