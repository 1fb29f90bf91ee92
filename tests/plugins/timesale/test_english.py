"""A sale has a name for who reads English, wherever a buyer meets it; without one they read the other."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nakamise_timesale import privacy
from tests.plugins.coupons.test_using import order
from tests.plugins.shop.staff.office import Office
from tests.plugins.shop.stall import Stall, Till
from tests.plugins.timesale.test_running import SHOP, STAFF, make, product_of, run

SALES = "/admin/timesale"
BOTH = {"ja": "夜のセール", "en": "Night sale"}


async def named(office: Office, sale: dict[str, Any], name_en: str) -> dict[str, Any]:
    body = {"name": BOTH["ja"], "name_en": name_en, "version": sale["version"]}
    answer = await office.api.put(f"{STAFF}/{sale['id']}", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["name_en"] == name_en
    return found


@pytest.mark.req("LC-8.8.1", "LC-8.8.2")
async def test_buyers_read_it_in_their_language(stall: Stall, office: Office) -> None:
    goods = await stall.goods("honten", "口紅", 1000, 9)
    product = await product_of(stall, goods)
    sale = await named(office, await make(office, product, quantity=3), BOTH["en"])
    await run(office, sale, "start")
    buyer = await stall.buyer()
    browser = await office.browser_of(buyer)
    await stall.fill_cart(buyer, [(goods, 9)])
    slug = await stall.value("SELECT slug FROM shop_product WHERE id = $1", product)
    for locale, name in BOTH.items():
        said = {"Accept-Language": locale}
        other = BOTH["en" if locale == "ja" else "ja"]
        (card,) = (await office.guest.get(SHOP, headers=said)).json()["items"]
        assert card["offer"]["label"] == name
        # The list, the product's page, and the cart that has more pieces than are left.
        for path in ("/shop/products", f"/shop/products/{slug}", "/shop/cart"):
            page = (await browser.get(path, headers=said)).text
            assert (name in page, other in page) == (True, False), (locale, path)
    await the_order_and_the_copy_of_data_too(stall, office)


async def the_order_and_the_copy_of_data_too(stall: Stall, office: Office) -> None:
    """An order keeps what its buyer read, whoever looks at it later."""
    (goods,) = await ids(stall, "SELECT array_agg(id) FROM shop_variant")
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(goods, 1)])
    client = office.client_for(stall.tenant)
    client.headers["Accept-Language"] = "en"
    placed = await Till(client, buyer).place()
    assert placed.status_code == 201, placed.text
    assert await labels(stall) == [BOTH["en"]]
    japanese = await stall.buyer()
    await stall.fill_cart(japanese, [(goods, 1)])
    await order(stall, japanese)
    assert sorted(await labels(stall)) == sorted(BOTH.values())
    for locale, name in BOTH.items():
        ctx = stall.ctx.in_language(locale)
        async with ctx.read() as tx:
            copy = await privacy.export(ctx, tx, buyer.id)
        assert copy is not None
        assert [one.sale for one in copy.bought] == [name]


async def ids(stall: Stall, query: str) -> list[Any]:
    found = await stall.value(query)
    assert isinstance(found, list)
    return found


async def labels(stall: Stall) -> list[str]:
    return await ids(
        stall,
        "SELECT array_agg(part ->> 'label') FROM shop_order o,"
        " jsonb_array_elements(o.quote -> 'lines') line, jsonb_array_elements(line -> 'parts') part",
    )


@pytest.mark.req("LC-8.8.1")
async def test_staff_type_it_or_leave_it_out(stall: Stall, office: Office) -> None:
    browser = office.browser
    made = await browser.post(f"{SALES}/new", data={"name": BOTH["ja"], "name_en": BOTH["en"]})
    sale = made.headers["location"]
    form = (await browser.get(f"{sale}/edit")).text
    assert f'value="{BOTH["en"]}"' in form
    assert BOTH["en"] in (await browser.get(sale)).text
    # Staff find it by either, and a copy is called the same in English.
    assert sale in (await browser.get(f"{SALES}?q=night")).text
    copied = await browser.post(f"{sale}/copy")
    assert f'value="{BOTH["en"]}"' in (await browser.get(copied.headers["location"])).text
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None
    typed = {"name": BOTH["ja"], "version": version[1]}
    too_long = await browser.post(f"{sale}/edit", data=typed | {"name_en": "x" * 41})
    assert (too_long.status_code, "f-name_en-error" in too_long.text) == (422, True)
    assert (await browser.post(f"{sale}/edit", data=typed)).status_code == 303
    assert BOTH["en"] not in (await browser.get(sale)).text
    # Without one, who reads English reads the name.
    goods = await stall.goods("honten", "口紅", 1000, 9)
    item = {"product_id": str(await product_of(stall, goods)), "price": "800"}
    assert (await browser.post(f"{sale}/items", data=item)).status_code == 303
    await browser.post(f"{sale}/start")
    (card,) = (await office.guest.get(SHOP, headers={"Accept-Language": "en"})).json()["items"]
    assert card["offer"]["label"] == BOTH["ja"]


@pytest.mark.req("LC-8.8.1")
async def test_blanks_are_no_name(stall: Stall, office: Office) -> None:
    goods = await stall.goods("honten", "口紅", 1000, 9)
    sale = await make(office, await product_of(stall, goods), quantity=3)
    body = {"name": BOTH["ja"], "name_en": " \u3000", "version": sale["version"]}
    sale = (await office.api.put(f"{STAFF}/{sale['id']}", json=body)).json()
    await run(office, sale, "start")
    (card,) = (await office.guest.get(SHOP, headers={"Accept-Language": "en"})).json()["items"]
    assert card["offer"]["label"] == BOTH["ja"]
