"""Staff who are named for one shop, and coupons of another or of all."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nakamise_coupons.buyer.choosing import offered
from tests.plugins.shop.catalog.test_queries import Counting
from tests.plugins.shop.staff.office import API as SHOP
from tests.plugins.shop.staff.office import Office
from tests.plugins.shop.stall import Stall

API = "/api/coupons/staff/coupons"
PAGES = "/admin/coupons"
TERMS = {"name": "秋", "kind": "fixed", "amount": 1}


@pytest.mark.req("LC-8.7.1", "LC-9.0.1")
async def test_staff_of_one_shop_make_and_touch_coupons_of_that_shop_alone(
    stall: Stall, office: Office
) -> None:
    """The control: the same person, named for no shop, may all of it."""
    await stall.shop("hanare", "HN")
    for shop in stall.shops:
        await stall.goods(shop, shop, 1000, 9)
    query = "SELECT id::text FROM shop_product WHERE name = $1"
    own, other = [await stall.value(query, shop) for shop in ("hanare", "honten")]
    hers, his = str(stall.shops["hanare"]), str(stall.shops["honten"])
    (category,) = [
        one["id"] for one in (await office.api.post(f"{SHOP}/categories", json={"name": "口紅"})).json()
    ]
    foreign: list[dict[str, object]] = [
        {},
        {"shop_ids": [his]},
        {"shop_ids": [hers, his]},
        {"shop_ids": [hers], "bearer": "tenant"},
        {"product_ids": [own, other]},
        {"product_ids": [own], "category_ids": [category]},
        {"category_ids": [category], "batch": 2},
    ]
    before = [await make(office, one) for one in foreign]
    async with stall.ctx.begin() as tx:
        people = "INSERT INTO shop_people (user_id, shop_id) VALUES ($1, $2)"
        await tx.execute(people, office.staff.id, stall.shops["hanare"])
    for one in foreign:
        answer = await office.api.post(API, json=TERMS | one)
        field = "bearer" if "bearer" in one else "shop_ids"
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field]), one
    assert await bearers(office) == ["shop"]
    typed = TERMS | {"shop_ids": hers, "bearer": "platform"}
    refused = await office.browser.post(f"{PAGES}/new", data=typed)
    assert (refused.status_code, "クーポンは、担当ショップの負担になります" in refused.text) == (422, True)
    own_terms: list[dict[str, object]] = [
        {"shop_ids": [hers]},
        {"product_ids": [own]},
        {"shop_ids": [hers], "category_ids": [category]},
    ]
    theirs = [await make(office, one) for one in own_terms]
    assert await listed(office) == {one["id"] for one in theirs}
    for coupon in before:
        assert (await office.api.get(f"{API}/{coupon['id']}")).status_code == 404, coupon
    for coupon in (before[1], before[-1]):
        assert set(await answers(office, coupon)) == {404}, coupon
    for wide in foreign[:2]:
        wider = await office.api.put(f"{API}/{theirs[0]['id']}", json=TERMS | {"version": 1} | wide)
        assert (wider.status_code, list(wider.json()["errors"])) == (422, ["shop_ids"])
    assert not {404, 403, 422} & set(await answers(office, theirs[1]))
    async with stall.ctx.begin() as tx:
        await tx.execute("DELETE FROM shop_people")
    assert len(await listed(office)) == len(before) + 2
    assert await bearers(office) == ["shop", "tenant", "platform"]
    await names_are_read_of_what_is_named(stall)
    for coupon in (before[1], before[-1]):
        assert not {404, 403, 422} & set(await answers(office, coupon))


async def bearers(office: Office) -> list[str]:
    """What the form offers."""
    form = (await office.browser.get(f"{PAGES}/new")).text
    _, _, select = form.partition('name="bearer"')
    return re.findall(r'<option value="(\w+)"', select.partition("</select>")[0])


async def names_are_read_of_what_is_named(stall: Stall) -> None:
    """The public list asks for no names of goods that no coupon is for."""
    async with stall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE coupons_coupon SET is_public = true, archived_at = NULL, is_on = true WHERE NOT is_batch"
        )
    ctx = stall.ctx_of(await stall.buyer())
    async with ctx.read() as tx:
        await offered(ctx, tx)
        with Counting(tx) as counted:
            found = await offered(ctx, tx)
    said = {text for one in found for text in one.conditions}
    assert {"対象ショップ：hanareの店", "対象カテゴリ：口紅", "対象商品：hanare"} <= said, said
    assert not [query for query in counted.queries if "LIMIT 2000" in query]


async def make(office: Office, fields: dict[str, object]) -> dict[str, Any]:
    answer = await office.api.post(API, json=TERMS | fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(office: Office) -> set[str]:
    found = (await office.api.get(API)).json()
    assert found["total"] == len(found["items"])
    return {one["id"] for one in found["items"]}


async def answers(office: Office, coupon: dict[str, Any]) -> list[int]:
    """Of everything that can be asked or done, its end last."""
    one, page = f"{API}/{coupon['id']}", f"{PAGES}/{coupon['id']}"
    change = TERMS | {name: coupon[name] for name in ("shop_ids", "product_ids", "category_ids", "version")}
    found = [
        (await office.browser.get(path)).status_code
        for path in (page, f"{page}/edit", f"{PAGES}/new?like={coupon['id']}", f"{page}/uses.csv", f"{page}/codes.csv")
    ]  # fmt: skip
    tried: list[tuple[str, str, object]] = [
        ("GET", one, None),
        ("GET", f"{one}/codes", None),
        ("GET", f"{one}/uses", None),
        ("PUT", one, change),
        ("PUT", f"{one}/on", {"on": False}),
        ("POST", f"{one}/codes", {"count": 1}),
        ("DELETE", one, None),
    ]
    if coupon["code"]:
        tried.insert(-1, ("PUT", f"{one}/codes/{coupon['code']}", {"stopped": True}))
    return [
        *found,
        *[(await office.api.request(how, path, json=body)).status_code for how, path, body in tried],
    ]
