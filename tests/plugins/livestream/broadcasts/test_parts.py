"""What belongs to a broadcast: products and the pinned one, run-sheet, PR label, keys, moderators."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.people import Person
from nakamise_livestream.broadcasts import keys
from tests.plugins.livestream.stage import API, Json, Stage, act, ok, on_air, planned, read
from tests.plugins.shop.stall import Stall

STUDIO = f"{API}/studio/broadcasts"


@pytest.fixture
async def stage(make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor) -> AsyncIterator[Stage]:
    """With a shop."""
    tenant = await make_tenant(plugins=("livestream", "shop", "webhooks"))
    made = Stage(tenant, ctx_for(tenant), client, ctx_for)
    yield made
    assert await made.broken() == []


@pytest.fixture
async def goods(stage: Stage) -> list[str]:
    """Ids of three products that are sold: 口紅 ¥1,980, 美容液 ¥5,500, 石鹸 ¥880."""
    stall = Stall(stage.tenant, stage.ctx, stage.ctx_for)
    await stall.shop("honten", "LC")
    for name, price in (("口紅", 1980), ("美容液", 5500), ("石鹸", 880)):
        await stall.goods("honten", name, price, 10)
    async with stage.ctx.read() as tx:
        return [str(id_) for id_ in await tx.values("SELECT id FROM shop_product ORDER BY id")]


async def put(person: Person, broadcast: Json, what: str, **body: object) -> Any:
    return await ok(await person.client.put(f"{STUDIO}/{broadcast['id']}/{what}", json=body))


@pytest.mark.req("LC-7.4.6", "LC-2.2.4")
async def test_products_have_an_order_and_the_shop_s_prices_of_now(
    stage: Stage, presenter: Person, viewer: Person, goods: list[str]
) -> None:
    made = await on_air(presenter)
    wanted = [goods[2], goods[0], goods[2]]
    await put(presenter, made, "products", product_ids=wanted)
    seen = await read(viewer, made)
    assert [(one["name"], one["min_price"], one["available"]) for one in seen["products"]] == [
        ("石鹸", 880, 10),
        ("口紅", 1980, 10),
    ]
    async with stage.ctx.begin() as tx:
        await tx.execute("UPDATE shop_product SET min_price = 700 WHERE id::text = $1", goods[2])
    assert (await read(viewer, made))["products"][0]["min_price"] == 700


@pytest.mark.req("LC-7.4.6")
async def test_only_what_is_sold_can_be_shown(stage: Stage, presenter: Person, goods: list[str]) -> None:
    made = await planned(presenter)
    strange = await presenter.client.put(
        f"{STUDIO}/{made['id']}/products", json={"product_ids": [goods[0], str(uuid.uuid4())]}
    )
    assert strange.status_code == 422
    await put(presenter, made, "products", product_ids=goods)
    async with stage.ctx.begin() as tx:
        await tx.execute("UPDATE shop_product SET state = 'archived' WHERE id::text = $1", goods[0])
    found = await put(presenter, made, "products", product_ids=[goods[0], goods[1]])
    assert [one["product"] is None for one in found] == [True, False]
    offers = await ok(await presenter.client.get(f"{API}/studio/offers", params={"q": "せっけん"}))
    assert offers == []
    offers = await ok(await presenter.client.get(f"{API}/studio/offers"))
    assert sorted(one["name"] for one in offers) == ["石鹸", "美容液"]


@pytest.mark.req("LC-2.2.4", "LC-7.4.6")
async def test_one_product_is_pinned_and_everybody_is_told(
    stage: Stage, presenter: Person, viewer: Person, goods: list[str]
) -> None:
    made = await on_air(presenter)
    await put(presenter, made, "products", product_ids=goods[:2])
    async with stage.ctx.runtime.live.listening(stage.tenant.id, ["livestream.pinned"], None) as page:
        await put(presenter, made, "pin", product_id=goods[0])
        told = msgspec.json.decode((await page.next()).data)
    assert (told["broadcast_id"], told["product_id"]) == (made["id"], goods[0])
    await put(presenter, made, "pin", product_id=goods[1])
    assert (await read(viewer, made))["pinned_id"] == goods[1]
    other = await presenter.client.put(f"{STUDIO}/{made['id']}/pin", json={"product_id": goods[2]})
    assert (other.status_code, other.json()["code"]) == (404, "not_listed")
    await ok(await presenter.client.delete(f"{STUDIO}/{made['id']}/pin"))
    assert (await read(viewer, made))["pinned_id"] is None
    story = await ok(await viewer.client.get(f"{API}/broadcasts/{made['id']}/pins"))
    assert [one["product_id"] for one in story] == goods[:2]
    assert all(one["unpinned_at"] for one in story)
    assert [event["product_id"] for event in await stage.events("livestream.product_pinned.1")] == goods[:2]


async def test_what_leaves_the_list_is_not_pinned_any_more(
    presenter: Person, viewer: Person, goods: list[str]
) -> None:
    made = await on_air(presenter)
    await put(presenter, made, "products", product_ids=goods)
    await put(presenter, made, "pin", product_id=goods[0])
    await put(presenter, made, "products", product_ids=goods[1:])
    assert (await read(viewer, made))["pinned_id"] is None


@pytest.mark.req("GA-08")
async def test_the_run_sheet_leads_through_the_products(
    stage: Stage, presenter: Person, viewer: Person, goods: list[str]
) -> None:
    made = await on_air(presenter)
    await put(presenter, made, "products", product_ids=goods)
    items = [
        {"title": "あいさつ", "minutes": 3},
        {"title": "口紅", "minutes": 10, "product_id": goods[0], "points": "色は三色", "coupon": "LIVE10"},
        {"title": "石鹸", "product_id": goods[2]},
    ]
    sheet = await put(presenter, made, "run-sheet", items=items)
    assert [(one["title"], one["is_current"]) for one in sheet] == [
        ("あいさつ", False),
        ("口紅", False),
        ("石鹸", False),
    ]
    for current, pinned in ((0, None), (1, goods[0]), (2, goods[2])):
        sheet = await ok(await act(presenter, made, "run-sheet/next"))
        assert [one["is_current"] for one in sheet].index(True) == current
        assert (await read(viewer, made))["pinned_id"] == pinned
    at_end = await act(presenter, made, "run-sheet/next")
    assert (at_end.status_code, at_end.json()["code"]) == (409, "at_end")
    back = await ok(await act(presenter, made, "run-sheet/next", item_id=sheet[1]["id"]))
    assert back[1]["is_current"] is True
    kept = [{"title": "新しい"}, {key: back[1][key] for key in ("id", "title", "product_id")}]
    written = await put(presenter, made, "run-sheet", items=kept)
    assert [one["is_current"] for one in written] == [False, True]
    wrong = {"items": [{"title": "x", "product_id": str(uuid.uuid4())}]}
    assert (await presenter.client.put(f"{STUDIO}/{made['id']}/run-sheet", json=wrong)).status_code == 422


@pytest.mark.req("BX-21")
async def test_the_pr_label_is_kept_and_cannot_be_taken_off_when_it_is_locked(
    stage: Stage, presenter: Person, viewer: Person, admin: Person
) -> None:
    made = await on_air(presenter)
    await put(presenter, made, "label", is_sponsored=True, sponsor="株式会社たたら")
    assert (await read(viewer, made))["sponsor"] == "株式会社たたら"
    await put(presenter, made, "label", is_sponsored=False)
    staff = f"{API}/staff/broadcasts/{made['id']}/label"
    body = {"is_sponsored": True, "sponsor": "A社", "locked": True}
    assert (await viewer.client.put(staff, json=body)).status_code == 403
    await ok(await admin.client.put(staff, json=body))
    refused = await presenter.client.put(f"{STUDIO}/{made['id']}/label", json={"is_sponsored": False})
    assert (refused.status_code, refused.json()["code"]) == (409, "label_locked")
    assert (await read(viewer, made))["is_sponsored"] is True
    notes = await ok(await presenter.client.get(f"{STUDIO}/{made['id']}/label"))
    assert [(one["is_sponsored"], one["is_locked"]) for one in notes] == [
        (True, False),
        (False, False),
        (True, True),
    ]
    await ok(await admin.client.put(staff, json={"is_sponsored": False}))


@pytest.mark.req("GL-16")
async def test_a_stream_key_is_shown_once_and_the_next_one_replaces_it(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    made = await planned(presenter)
    first = await ok(await act(presenter, made, "key"))
    assert first["url"].endswith("/livestream/whip")
    assert len(first["key"]) >= 32
    shown = await presenter.client.get(f"{STUDIO}/{made['id']}/key")
    assert first["key"] not in shown.text
    assert shown.json()["stream_key"]["hint"] == first["key"][-4:]
    async with stage.ctx.read() as tx:
        stored = await tx.value("SELECT string_agg(k::text, '') FROM livestream_stream_key k")
    assert first["key"] not in stored
    second = await ok(await act(presenter, made, "key"))
    async with stage.ctx.begin() as tx:
        assert await keys.opened_by(stage.ctx, tx, first["key"]) is None
        opened = await keys.opened_by(stage.ctx, tx, second["key"])
    assert opened is not None
    assert str(opened.id) == made["id"]
    await ok(await act(presenter, made, "cancel"))
    async with stage.ctx.begin() as tx:
        assert await keys.opened_by(stage.ctx, tx, second["key"]) is None
    assert (await act(presenter, made, "key")).status_code == 409


async def test_keys_of_one_tenant_open_nothing_elsewhere(
    stage: Stage, presenter: Person, make_tenant: MakeTenant, ctx_for: CtxFor
) -> None:
    made = await planned(presenter)
    key = (await ok(await act(presenter, made, "key")))["key"]
    other = ctx_for(await make_tenant(plugins=("livestream",)))
    async with other.begin() as tx:
        assert await keys.opened_by(other, tx, key) is None


@pytest.mark.req("GL-09")
async def test_moderators_pin_and_do_no_more(
    stage: Stage, presenter: Person, viewer: Person, goods: list[str]
) -> None:
    made = await on_air(presenter)
    await put(presenter, made, "products", product_ids=goods)
    url, pin = f"{STUDIO}/{made['id']}/moderators", {"product_id": goods[0]}
    assert (await viewer.client.put(f"{STUDIO}/{made['id']}/pin", json=pin)).status_code == 403
    (added,) = await ok(await presenter.client.post(url, json={"email": viewer.email.upper()}))
    assert added == {"user_id": str(viewer.id), "display_name": "視聴者"}
    assert len(await ok(await presenter.client.post(url, json={"user_id": str(viewer.id)}))) == 1
    assert (await read(viewer, made))["may_moderate"] is True
    await put(viewer, made, "pin", product_id=goods[0])
    assert (await act(viewer, made, "end")).status_code == 404
    assert (await viewer.client.get(url)).status_code == 404
    nobody = await presenter.client.post(url, json={"email": "nobody@example.com"})
    assert nobody.status_code == 422
    assert await ok(await presenter.client.delete(f"{url}/{viewer.id}")) == []
    assert (await viewer.client.put(f"{STUDIO}/{made['id']}/pin", json=pin)).status_code == 403
