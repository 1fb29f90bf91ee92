"""The tree of categories: kept by staff, without cycles whoever moves at once, never deleted in use."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from nakamise.errors import Invalid
from nakamise_shop.staff.categories import service as categories
from nakamise_shop.staff.categories.service import CategoryInput
from tests.plugins.shop.staff.office import API, PAGES, Office

Tree = dict[str, dict[str, Any]]


async def add(office: Office, name: str, slug: str, parent: str | None = None) -> Tree:
    body = {"name": name, "slug": slug, "parent_id": parent}
    answer = await office.api.post(f"{API}/categories", json=body)
    assert answer.status_code == 201, answer.text
    return {one["slug"]: one for one in answer.json()}


async def planted(office: Office) -> Tree:
    """メイク > リップ > 口紅, and スキンケア."""
    tree = await add(office, "メイク", "makeup")
    tree = await add(office, "リップ", "lip", tree["makeup"]["id"])
    await add(office, "口紅", "rouge", tree["lip"]["id"])
    return await add(office, "スキンケア", "care")


@pytest.mark.req("LC-9.10.1", "CL-08")
async def test_a_tree_is_kept_by_staff_and_seen_by_buyers(office: Office) -> None:
    tree = await planted(office)
    assert [(one["slug"], one["depth"]) for one in tree.values()] == [
        *(("makeup", 1), ("lip", 2), ("rouge", 3), ("care", 1)),
    ]
    made = await office.create(category_id=tree["rouge"]["id"])
    await office.set_state(made["id"], "published")
    entry = (await office.guest.get("/shop/categories")).text
    assert 'href="/shop/products?category=makeup"' in entry
    assert "スキンケア" not in entry  # nothing is in it
    listed = (await office.guest.get("/shop/products?category=makeup")).text
    assert "シルクルージュ" in listed
    inside = (await office.guest.get("/shop/products?category=rouge")).text
    crumbs = inside[inside.index("<main") : inside.index("<h1")]
    assert crumbs.index("メイク") < crumbs.index("リップ") < crumbs.index("口紅")
    # A hidden category takes everything below it off the shop's pages; products keep it.
    body = {"name": "メイク", "slug": "makeup", "is_on": False}
    assert (await office.api.put(f"{API}/categories/{tree['makeup']['id']}", json=body)).status_code == 200
    assert [one["slug"] for one in (await office.guest.get("/api/shop/categories")).json()] == ["care"]
    assert "メイク" not in (await office.guest.get("/shop/categories")).text
    stored = (await office.api.get(f"{API}/products/{made['id']}")).json()
    assert stored["category_id"] == tree["rouge"]["id"]


@pytest.mark.req("LC-9.10.1")
async def test_order_names_and_deletion(office: Office) -> None:
    tree = await planted(office)
    browser, page = office.browser, f"{PAGES}/categories"
    moved = await browser.post(f"{page}/{tree['care']['id']}/act", data={"act": "up"})
    assert (moved.status_code, moved.headers["location"]) == (303, f"{page}#up-{tree['care']['id']}")
    top = [one["slug"] for one in (await office.api.get(f"{API}/categories")).json() if one["depth"] == 1]
    assert top == ["care", "makeup"]
    ids = [tree["makeup"]["id"], tree["care"]["id"]]
    ordered = await office.api.put(f"{API}/categories/order", json={"ids": ids})
    assert [one["slug"] for one in ordered.json() if one["depth"] == 1] == ["makeup", "care"]
    refused = await office.api.put(f"{API}/categories/order", json={"ids": ids[:1]})
    assert refused.status_code == 422

    made = await office.create(name="下地", category_id=tree["care"]["id"])
    await office.set_state(made["id"], "published")
    # By the new name of its category a product is found at once.
    renamed = await browser.post(
        f"{page}/{tree['care']['id']}", data={"name": "ベースメイク", "slug": "care", "is_on": "1"}
    )
    assert renamed.status_code == 303
    found = (await office.guest.get("/api/shop/products", params={"q": "べーすめいく"})).json()
    assert found["total"] == 1
    for slug, words in (("makeup", "子カテゴリー"), ("care", "1点")):
        gone = await office.api.delete(f"{API}/categories/{tree[slug]['id']}")
        assert (gone.status_code, gone.json()["code"]) == (409, "in_use")
        assert words in gone.json()["detail"]
    without = await browser.post(f"{page}/{tree['rouge']['id']}/act", data={"act": "delete"})
    assert without.status_code == 422  # not by the dialog
    assert (await office.api.delete(f"{API}/categories/{tree['rouge']['id']}")).status_code == 200
    assert (await office.api.delete(f"{API}/categories/{tree['rouge']['id']}")).status_code == 404
    async with office.stall.ctx.read() as tx:
        acts = await tx.values(
            "SELECT DISTINCT act FROM core_audit WHERE act LIKE 'shop.category.%' ORDER BY act"
        )
    assert acts == [f"shop.category.{act}" for act in ("added", "changed", "deleted", "moved", "ordered")]


@pytest.mark.req("LC-9.10.1")
async def test_what_cannot_be_is_refused_by_field(office: Office) -> None:
    tree = await planted(office)
    makeup, rouge = tree["makeup"]["id"], tree["rouge"]["id"]
    below = await office.api.put(
        f"{API}/categories/{makeup}", json={"name": "メイク", "slug": "makeup", "parent_id": rouge}
    )
    assert below.json()["errors"] == {"parent_id": "カテゴリーを自分自身の下に置くことはできません。"}
    deep = await add(office, "限定", "limited", rouge)
    too_deep = await office.api.post(
        f"{API}/categories", json={"name": "冬", "slug": "winter", "parent_id": deep["limited"]["id"]}
    )
    assert "parent_id" in too_deep.json()["errors"]
    twice = await office.browser.post(f"{PAGES}/categories", data={"name": "別のリップ", "slug": "lip"})
    assert twice.status_code == 422
    assert "別のカテゴリーがこのアドレスを使っています" in twice.text
    assert len((await office.api.get(f"{API}/categories")).json()) == 5


@pytest.mark.req("LC-9.10.1")
async def test_two_who_move_at_once_never_close_a_ring(office: Office, owner: asyncpg.Connection) -> None:
    """A below B and B below A, again and again; the negative control is the same without holding the tree."""
    tree = await add(office, "甲", "kou")
    tree = await add(office, "乙", "otsu")
    ids = {slug: tree[slug]["id"] for slug in ("kou", "otsu")}
    ctx = office.stall.ctx

    async def move(slug: str, below: str | None) -> None:
        async with ctx.begin() as tx:
            given = CategoryInput(name=slug, slug=slug, parent_id=ids[below] if below else None)
            await categories.change(ctx, tx, ids[slug], given)

    for _ in range(8):
        answers = await asyncio.gather(move("kou", "otsu"), move("otsu", "kou"), return_exceptions=True)
        assert [type(one) for one in answers if one is not None] == [Invalid]
        assert await office.count("SELECT count(*) FROM shop_category WHERE parent_id IS NULL") == 1
        await asyncio.gather(move("kou", None), move("otsu", None))

    looked = asyncio.Barrier(2)

    async def careless(slug: str, below: str) -> None:
        async with ctx.begin() as tx:
            assert await tx.value("SELECT parent_id FROM shop_category WHERE id = $1", ids[below]) is None
            await looked.wait()
            await tx.execute("UPDATE shop_category SET parent_id = $2 WHERE id = $1", ids[slug], ids[below])

    await asyncio.gather(careless("kou", "otsu"), careless("otsu", "kou"))
    assert await office.count("SELECT count(*) FROM shop_category WHERE parent_id IS NULL") == 0
    await owner.execute(f'UPDATE "{office.stall.tenant.schema}".shop_category SET parent_id = NULL')
