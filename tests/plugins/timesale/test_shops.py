"""Staff who are named for one shop, and sales with goods of another."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.plugins.shop.staff.office import Office
from tests.plugins.shop.stall import Stall
from tests.plugins.timesale.test_running import STAFF, make, product_of

WHY = "担当外のショップの商品が入っている"


@pytest.mark.req("LC-8.8.1", "LC-9.0.1")
async def test_staff_of_one_shop_touch_no_sale_with_goods_of_another(stall: Stall, office: Office) -> None:
    """The control: the same person, named for no shop, may."""
    await stall.shop("hanare", "HN")
    own, other = [
        await product_of(stall, await stall.goods(shop, shop, 1000, 9)) for shop in ("hanare", "honten")
    ]
    mixed, theirs = await make(office, own), await make(office, own)
    await office.api.post(f"{STAFF}/{mixed['id']}/items", json={"product_id": str(other), "price": 800})
    async with stall.ctx.begin() as tx:
        query = "INSERT INTO shop_people (user_id, shop_id) VALUES ($1, $2)"
        await tx.execute(query, office.staff.id, stall.shops["hanare"])
    await nothing_is_done(office, mixed, own)
    assert await stall.value("SELECT count(*) FROM timesale_sale") == 2
    assert (
        await stall.value("SELECT count(starts_at) + count(*) FILTER (WHERE version > 1) FROM timesale_sale")
        == 0
    )
    stray = {"product_id": str(other), "price": 800}
    assert (await office.api.post(f"{STAFF}/{theirs['id']}/items", json=stray)).status_code == 422
    await all_is_done(office, theirs)
    async with stall.ctx.begin() as tx:
        await tx.execute("DELETE FROM shop_people")
    await all_is_done(office, mixed)


async def nothing_is_done(office: Office, sale: dict[str, Any], product_id: uuid.UUID) -> None:
    here, page = f"{STAFF}/{sale['id']}", f"/admin/timesale/{sale['id']}"
    item = {"product_id": str(product_id), "price": 700}
    line = f"{here}/items/{sale['items'][0]['id']}"
    for method, path, body in (
        ("PUT", here, {"name": "昼", "version": 1}),
        ("PUT", f"{here}/run", {"act": "start"}),
        ("PUT", f"{here}/run", {"act": "stop"}),
        ("POST", f"{here}/items", item),
        ("PUT", line, item),
        ("DELETE", line, None),
        ("DELETE", here, None),
    ):
        answer = await office.api.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), (method, path)
        assert WHY in answer.text, (method, path)
    assert (await office.browser.post(f"{page}/copy")).status_code == 403
    assert (await office.browser.get(f"{page}/edit")).status_code == 403
    shown = (await office.browser.get(page)).text
    assert WHY in shown
    assert f'action="{page}' not in shown
    assert f"{page}/edit" not in shown


async def all_is_done(office: Office, sale: dict[str, Any]) -> None:
    page = f"/admin/timesale/{sale['id']}"
    shown = (await office.browser.get(page)).text
    assert WHY not in shown
    for act in ("start", "stop", "copy"):
        if act != "stop":
            assert f'action="{page}/{act}"' in shown
        assert (await office.browser.post(f"{page}/{act}")).status_code == 303, act
    assert (await office.api.delete(f"{STAFF}/{sale['id']}")).json() == {"archived": True}
