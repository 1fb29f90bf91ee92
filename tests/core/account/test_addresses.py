"""Addresses: what is typed, the one default, whose they are."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import msgspec
import pytest

from nakamise.account.addresses import (
    MOST,
    AddressInput,
    add_address,
    addresses_of,
    choose_default,
    remove_address,
)
from tests.core.accounts import Site

HOME = {
    "label": "自宅",
    "family_name": "佐倉",
    "given_name": "美香",
    "family_kana": "さくら",
    "given_kana": "ﾐｶ",
    "postal_code": "〒１５０－０００１",
    "prefecture": "東京都",
    "city": "渋谷区",
    "line1": "神宮前7-99-9",
    "line2": "ハイツ花水木 203",
    "phone": "+81 90-0000-1203",
}


async def create(device: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await device.post("/api/account/addresses", json={**HOME, **changes})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def defaults(device: httpx.AsyncClient) -> list[str]:
    found = (await device.get("/api/account/addresses")).json()
    return [address["id"] for address in found if address["is_default"]]


@pytest.mark.req("LC-6.3.1")
async def test_what_is_typed_is_written_the_same_way_for_everybody(site: Site) -> None:
    made = await create(await site.logged_in_device(await site.user()))
    assert made["postal_code"] == "1500001"
    assert made["phone"] == "09000001203"
    assert (made["family_kana"], made["given_kana"]) == ("サクラ", "ミカ")


@pytest.mark.req("LC-6.3.1")
async def test_an_address_is_added_edited_and_deleted_on_its_pages(site: Site) -> None:
    browser = await site.logged_in(await site.user())
    assert "商品のお届け先を登録してください。" in (await browser.get("/account/addresses")).text
    assert (await browser.post("/account/addresses/new", data=HOME)).headers[
        "location"
    ] == "/account/addresses"
    page = (await browser.get("/account/addresses")).text
    for shown in ("〒150-0001", "佐倉 美香", "サクラ ミカ", "自宅", "デフォルトの住所"):
        assert shown in page
    found = re.search(r'href="(/account/addresses/[0-9a-f-]{36})"', page)
    assert found is not None
    assert 'value="渋谷区"' in (await browser.get(found[1])).text
    await browser.post(found[1], data={**HOME, "city": "港区"})
    assert "港区" in (await browser.get("/account/addresses")).text
    await browser.post(f"{found[1]}/delete")
    assert "商品のお届け先を登録してください。" in (await browser.get("/account/addresses")).text


@pytest.mark.req("LC-6.3.1")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("family_name", ""),
        ("given_name", " "),
        ("family_kana", "佐倉"),
        ("given_kana", ""),
        ("postal_code", "150-000"),
        ("prefecture", "東京"),
        ("prefecture", ""),
        ("city", ""),
        ("line1", ""),
        ("line2", "x" * 101),
        ("phone", "12345"),
    ],
)
async def test_a_wrong_field_is_named_and_the_rest_is_kept(site: Site, field: str, value: str) -> None:
    browser = await site.logged_in(await site.user())
    answer = await browser.post("/account/addresses/new", data={**HOME, field: value})
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert len(re.findall(r'id="f-[a-z0-9_]+-error"', answer.text)) == 1
    assert 'value="自宅"' in answer.text


@pytest.mark.req("LC-6.3.1")
async def test_a_postal_code_gives_the_place_to_guests_too(site: Site) -> None:
    answer = await site.device().get("/api/core/postal/150-0001")
    assert answer.json() == [{"prefecture": "東京都", "city": "渋谷区", "town": "神宮前"}]
    assert (await site.device().get("/api/core/postal/0000000")).json() == []
    assert (await site.device().get("/api/core/postal/15")).status_code == 422


async def test_looking_up_postal_codes_is_braked(site: Site) -> None:
    from nakamise.auth.throttle import POSTAL_NETWORK, take

    async with site.ctx.begin() as tx:
        for _ in range(POSTAL_NETWORK.capacity):
            await take(tx, POSTAL_NETWORK, "203.0.113.0/24", site.clock.now())
    device = site.device(address="203.0.113.200")
    assert (await device.get("/api/core/postal/1500001")).status_code == 429


@pytest.mark.req("LC-6.3.2")
async def test_the_first_is_the_default_and_another_may_be_chosen(site: Site) -> None:
    device = await site.logged_in_device(await site.user())
    first = await create(device)
    second = await create(device, label="実家")
    assert await defaults(device) == [first["id"]]
    third = await create(device, label="勤務先", is_default=True)
    assert await defaults(device) == [third["id"]]
    assert (await device.post(f"/api/account/addresses/{second['id']}/default")).status_code == 204
    assert await defaults(device) == [second["id"]]


@pytest.mark.req("LC-6.3.2")
async def test_deleting_the_default_promotes_another_until_none_is_left(site: Site) -> None:
    device = await site.logged_in_device(await site.user())
    made = [await create(device, label=str(number)) for number in range(3)]
    await device.delete(f"/api/account/addresses/{made[0]['id']}")
    assert await defaults(device) == [made[2]["id"]]
    await device.delete(f"/api/account/addresses/{made[1]['id']}")
    assert await defaults(device) == [made[2]["id"]]
    await device.delete(f"/api/account/addresses/{made[2]['id']}")
    assert await defaults(device) == []


@pytest.mark.req("LC-6.3.2")
async def test_there_is_one_default_whatever_happens_at_once(site: Site) -> None:
    user = await site.user()

    async def add(number: int) -> None:
        async with site.ctx.begin() as tx:
            given = msgspec.convert({**HOME, "label": str(number), "is_default": True}, AddressInput)
            await add_address(tx, user.id, given, site.clock.now())

    await asyncio.gather(*(add(number) for number in range(8)))
    async with site.ctx.read() as tx:
        found = await addresses_of(tx, user.id)
    assert [address.is_default for address in found] == [True] + [False] * 7

    async def choose(at: int) -> None:
        async with site.ctx.begin() as tx:
            await choose_default(tx, user.id, found[at].id)

    async def remove(at: int) -> None:
        async with site.ctx.begin() as tx:
            await remove_address(tx, user.id, found[at].id)

    await asyncio.gather(*(choose(at) for at in range(4, 8)), *(remove(at) for at in range(4)))
    async with site.ctx.read() as tx:
        left = await addresses_of(tx, user.id)
    assert len(left) == 4
    assert sum(address.is_default for address in left) == 1


@pytest.mark.req("LC-6.3.1")
async def test_nobody_reaches_the_addresses_of_another(site: Site, other_site: Site) -> None:
    mine = await create(await site.logged_in_device(await site.user()))
    path = f"/api/account/addresses/{mine['id']}"
    for place in (site, other_site):
        stranger = await place.logged_in_device(await place.user(roles=("admin",)))
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.put(path, json=HOME)).status_code == 404
        assert (await stranger.delete(path)).status_code == 404
        assert (await stranger.post(f"{path}/default")).status_code == 404


async def test_there_is_an_end_to_addresses(site: Site) -> None:
    user = await site.user()
    async with site.ctx.begin() as tx:
        for _ in range(MOST):
            await add_address(tx, user.id, msgspec.convert(HOME, AddressInput), site.clock.now())
    device = await site.logged_in_device(user)
    answer = await device.post("/api/account/addresses", json=HOME)
    assert answer.status_code == 409
    assert "20" in answer.json()["detail"]


@pytest.mark.req("LC-4.2.3")
async def test_adding_one_leads_back_to_where_it_was_missing(site: Site) -> None:
    browser = await site.logged_in(await site.user())
    form = await browser.get("/account/addresses/new", params={"next": "/shop/checkout"})
    assert 'name="next" value="/shop/checkout"' in form.text
    wrong = await browser.post("/account/addresses/new", data={**HOME, "city": "", "next": "/shop/checkout"})
    assert 'name="next" value="/shop/checkout"' in wrong.text
    done = await browser.post("/account/addresses/new", data={**HOME, "next": "/shop/checkout"})
    assert done.headers["location"] == "/shop/checkout"
    away = await browser.post("/account/addresses/new", data={**HOME, "next": "//evil.example"})
    assert away.headers["location"] == "/account/addresses"
