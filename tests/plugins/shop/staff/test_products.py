"""Creating, changing, publishing and deleting products."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from tests.plugins.shop.staff.office import (
    API,
    PAGES,
    Office,
    as_change,
    form_of,
    product,
    variant,
    variant_of,
)


async def visible(office: Office, slug: str) -> int:
    return (await office.guest.get(f"/shop/products/{slug}")).status_code


@pytest.mark.req("LC-8.3.1", "LC-8.2.2", "LC-8.4.4")
async def test_buyers_see_a_product_from_its_publishing_to_its_hiding(office: Office) -> None:
    red = variant(option_values=["紅"], name="紅")
    plum = variant(option_values=["梅"], name="梅", sku="LIP-02", price=4400, on_hand=0)
    made = await office.create(
        name_en="Silk Rouge", options=[{"name": "色", "values": ["紅", "梅"]}], variants=[red, plum]
    )
    assert made["slug"] == "silk-rouge"
    assert made["state"] == "draft"
    assert await visible(office, made["slug"]) == 404
    assert (await office.browser.get(f"/shop/products/{made['slug']}")).status_code == 200
    assert (await office.set_state(made["id"], "published")).status_code == 200
    page = await office.guest.get(f"/shop/products/{made['slug']}")
    assert page.status_code == 200
    assert "¥3,960" in page.text
    found = (await office.guest.get("/api/shop/products", params={"q": "ルージュ"})).json()
    assert [(one["min_price"], one["max_price"]) for one in found["items"]] == [(3960, 4400)]
    assert (await office.set_state(made["id"], "draft")).status_code == 200
    assert await visible(office, made["slug"]) == 404


@pytest.mark.req("LC-8.2.2")
async def test_the_toggle_in_the_list_works_at_once_and_leads_back(office: Office) -> None:
    made = await office.create()
    back = f"{PAGES}/products?state=draft"
    answer = await office.browser.post(f"{PAGES}/products/{made['id']}/publish", data={"next": back})
    assert (answer.status_code, answer.headers["location"]) == (303, back)
    assert await visible(office, made["slug"]) == 200
    await office.browser.post(
        f"{PAGES}/products/{made['id']}/unpublish", data={"next": "https://evil.example/"}
    )
    assert await visible(office, made["slug"]) == 404


@pytest.mark.req("LC-8.3.1")
async def test_a_product_is_created_by_the_form(office: Office) -> None:
    blank = await office.browser.get(f"{PAGES}/products/new")
    typed = form_of(blank.text) | {
        "name": "柚子のハンドクリーム",
        "variants.0.sku": "HAND-01",
        "variants.0.price": "¥１,９８０",
        "variants.0.on_hand": "5",
        "specs.0.label": "内容量",
        "specs.0.value": "30 g",
        "badges.0.name": "新作",
    }
    answer = await office.browser.post(f"{PAGES}/products/new", data=typed)
    assert answer.status_code == 303, answer.text
    stored = (await office.api.get(f"{API}/products/{answer.headers['location'].rsplit('/', 1)[1]}")).json()
    assert stored["variants"][0]["price"] == 1980
    assert stored["specs"] == [{"label": "内容量", "value": "30 g", "label_en": "", "value_en": ""}]
    assert stored["slug"].startswith("p-")


async def test_all_combinations_become_rows_and_what_was_typed_stays(office: Office) -> None:
    blank = await office.browser.get(f"{PAGES}/products/new")
    typed = form_of(blank.text) | {
        "name": "Tシャツ",
        "options.0.name": "色",
        "options.0.values": "白\n黒",
        "options.1.name": "サイズ",
        "options.1.values": "S\nM",
        "variants.0.sku": "TEE-01",
        "variants.0.price": "2500",
        "act": "grid",
    }
    shown = form_of((await office.browser.post(f"{PAGES}/products/new", data=typed)).text)
    assert [shown[f"variants.{n}.name"] for n in range(4)] == ["白 / S", "白 / M", "黒 / S", "黒 / M"]
    assert {shown[f"variants.{n}.price"] for n in range(4)} == {"2500"}
    assert len({shown[f"variants.{n}.sku"] for n in range(4)}) == 4
    assert shown["name"] == "Tシャツ"


@pytest.mark.req("LC-8.3.1")
async def test_what_cannot_be_is_refused_by_field(office: Office) -> None:
    for fields, field in (
        ({"variants": [variant(), variant(name="02")]}, "variants.1.sku"),
        ({"variants": [variant(compare_at=3960)]}, "variants.0.compare_at"),
        ({"variants": [variant(), variant(name="", sku="B")]}, "variants.1.name"),
        ({"category_id": str(uuid.uuid4())}, "category_id"),
        ({"shop_id": str(uuid.uuid4())}, "shop_id"),
    ):
        answer = await office.api.post(f"{API}/products", json=product(**fields))
        assert answer.status_code == 422, field
        assert field in answer.json()["errors"]
    # Prices and stock are whole and not negative; what is not known is not ignored.
    wrong = ({"price": -1}, {"price": 1.5}, {"on_hand": -1}, {"sku": ""}, {"cost": 1})
    for body in (
        *(product(variants=[variant(**one)]) for one in wrong),
        product(state="published", min_price=1),
    ):
        answer = await office.api.post(f"{API}/products", json=body)
        assert answer.status_code in (400, 422), body
    assert await office.count("SELECT count(*) FROM shop_product") == 0


@pytest.mark.req("LC-8.3.1")
async def test_a_sku_is_unique_in_its_shop(office: Office) -> None:
    await office.create()
    answer = await office.api.post(f"{API}/products", json=product())
    assert answer.json()["errors"] == {
        "variants.0.sku": "このSKUは同じショップの別のバリエーションで使われています。"
    }


@pytest.mark.req("LC-8.4.1")
async def test_an_older_version_never_overwrites_a_newer_one(office: Office) -> None:
    made = await office.create()
    assert (await office.change(made, name="先の名前")).status_code == 200
    late = await office.change(made, name="後の名前")
    assert (late.status_code, late.json()["code"]) == (409, "stale")
    typed = form_of((await office.browser.get(f"{PAGES}/products/{made['id']}")).text)
    old = typed | {"version": str(made["version"]), "name": "私の名前", "variants.0.price": "5000"}
    refused = await office.browser.post(f"{PAGES}/products/{made['id']}", data=old)
    assert refused.status_code == 409
    assert "先の名前" in refused.text
    kept = form_of(refused.text)
    assert (kept["name"], kept["variants.0.price"]) == ("私の名前", "5000")
    again = await office.browser.post(f"{PAGES}/products/{made['id']}", data=kept)
    assert again.status_code == 303
    stored = (await office.api.get(f"{API}/products/{made['id']}")).json()
    assert (stored["name"], stored["variants"][0]["price"]) == ("私の名前", 5000)


async def test_of_two_saves_at_once_one_wins(office: Office) -> None:
    made = await office.create()
    answers = await asyncio.gather(*(office.change(made, name=f"名前{n}") for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5


@pytest.mark.req("LC-8.4.3")
async def test_an_ordered_variant_is_archived_and_another_destroyed(office: Office) -> None:
    made = await office.create(variants=[variant(), variant(name="02", sku="LIP-02")])
    await office.set_state(made["id"], "published")
    first, second = made["variants"]
    await office.order([(uuid.UUID(first["id"]), 1)])
    new = variant(name="03", sku="LIP-03")
    assert (await office.change(made, variants=[new])).status_code == 200
    count = "SELECT count(*) FROM shop_variant WHERE id = $1 AND state = $2"
    assert await office.count(count, uuid.UUID(first["id"]), "archived") == 1
    assert await office.count("SELECT count(*) FROM shop_variant WHERE id = $1", uuid.UUID(second["id"])) == 0


@pytest.mark.req("LC-8.4.5")
async def test_deleting_destroys_only_what_was_never_ordered(office: Office) -> None:
    never = await office.create(name="売れない", variants=[variant(sku="A")])
    sold = await office.create(variants=[variant(sku="B")])
    await office.set_state(sold["id"], "published")
    await office.order([(uuid.UUID(sold["variants"][0]["id"]), 1)])
    assert (await office.api.delete(f"{API}/products/{never['id']}")).json() == {"result": "deleted"}
    assert (await office.api.get(f"{API}/products/{never['id']}")).status_code == 404
    unconfirmed = await office.browser.post(f"{PAGES}/products/{sold['id']}/delete", data={})
    assert unconfirmed.status_code == 422
    answer = await office.browser.post(f"{PAGES}/products/{sold['id']}/delete", data={"confirm": "1"})
    assert answer.status_code == 303
    assert (await office.api.get(f"{API}/products/{sold['id']}")).json()["state"] == "archived"
    assert await visible(office, sold["slug"]) == 404


@pytest.mark.req("LC-8.4.5")
async def test_an_open_cart_says_that_a_product_is_no_longer_for_sale(office: Office) -> None:
    made = await office.create()
    await office.set_state(made["id"], "published")
    buyer = await office.stall.buyer()
    await office.stall.fill_cart(buyer, [(uuid.UUID(made["variants"][0]["id"]), 1)])
    assert (await office.api.delete(f"{API}/products/{made['id']}")).json() == {"result": "archived"}
    cart = (await office.guest.get("/api/shop/cart", headers=buyer.headers)).json()
    assert cart["groups"][0]["lines"][0]["is_for_sale"] is False
    page = await (await office.browser_of(buyer)).get("/shop/cart")
    assert "販売" in page.text


@pytest.mark.req("LC-8.1.3")
async def test_nothing_is_published_in_a_shop_that_is_not_open(office: Office) -> None:
    made = await office.create()
    async with office.stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_shop SET state = 'pending'")
    answer = await office.set_state(made["id"], "published")
    assert (answer.status_code, answer.json()["code"]) == (409, "shop_not_open")
    page = await office.browser.get(f"{PAGES}/products/{made['id']}")
    assert "営業中ではない" in page.text
    for state, reason, words in (
        ("pending", "", "特定商取引法に基づく表記をすべて入力し"),
        ("applied", "", "承認待ちのため"),
        ("rejected", "住所が違います", "申請は却下されたため"),
        ("suspended", "偽物の疑い", "停止中のため"),
    ):
        async with office.stall.ctx.begin() as tx:
            await tx.execute(
                "UPDATE shop_shop SET state = $1, state_reason = $2, applied_at = now()", state, reason
            )
        one, many = await office.set_state(made["id"], "published"), await by_file(office)
        for told in (one.json()["detail"], many):
            assert (words in told, "表記" in told) == (True, state == "pending"), told


async def by_file(office: Office) -> str:
    """What the preview of a CSV file says of a new product that is to be published."""
    sheet = "商品名,状態,SKU,価格\n茶筒,公開中,NEW-1,1200\n".encode()
    preview = (await office.api.post(f"{API}/imports", files={"file": ("a.csv", sheet, "text/csv")})).json()
    assert preview["counts"]["error"] == 1, preview
    [[_column, told]] = preview["rows"][0]["faults"]
    return str(told)


async def test_a_product_without_variants_is_not_published(office: Office) -> None:
    made = await office.create(variants=[])
    answer = await office.set_state(made["id"], "published")
    assert answer.json()["code"] == "no_variant"


@pytest.mark.req("LC-8.2.1")
async def test_tabs_count_what_they_show(office: Office) -> None:
    for number in range(3):
        made = await office.create(variants=[variant(sku=f"S-{number}")])
        if number:
            await office.set_state(made["id"], "published")
    found = (await office.api.get(f"{API}/products", params={"state": "published"})).json()
    assert found["counts"] == {"published": 2, "draft": 1, "archived": 0}
    assert (found["total"], len(found["items"])) == (2, 2)
    for state, number in found["counts"].items():
        assert await office.count("SELECT count(*) FROM shop_product WHERE state = $1", state) == number


async def test_stock_is_only_changed_from_the_number_that_was_seen(office: Office) -> None:
    made = await office.create()
    one = made["variants"][0]
    async with office.stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET on_hand = 7, reserved = 4")
    stale = await office.change(made, variants=[variant_of(one, on_hand=20)])
    assert stale.status_code == 422
    assert "7" in stale.json()["errors"]["variants.0.on_hand"]
    below = await office.change(made, variants=[variant_of(one, on_hand=3, seen_on_hand=7)])
    assert "4" in below.json()["errors"]["variants.0.on_hand"]
    assert (await office.change(made, name="在庫には触れない")).status_code == 200
    assert await office.stall.stock_of(uuid.UUID(one["id"])) == (7, 4)


async def test_a_stock_change_among_sales_loses_none(office: Office) -> None:
    made = await office.create(variants=[variant(on_hand=20)])
    await office.set_state(made["id"], "published")
    variant_id = uuid.UUID(made["variants"][0]["id"])
    change = office.change(made, variants=[variant_of(made["variants"][0], on_hand=30)])
    sales = asyncio.gather(*(office.order([(variant_id, 1)]) for _ in range(6)))
    changed, _ = await asyncio.gather(change, sales)
    assert changed.status_code == 200, changed.text
    assert await office.stall.stock_of(variant_id) == (30, 6)


async def test_the_form_shows_the_new_stock_after_a_refusal(office: Office) -> None:
    made = await office.create()
    typed = form_of((await office.browser.get(f"{PAGES}/products/{made['id']}")).text)
    async with office.stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET on_hand = 7")
    refused = await office.browser.post(
        f"{PAGES}/products/{made['id']}", data=typed | {"variants.0.on_hand": "12"}
    )
    assert refused.status_code == 422
    assert "現在は7点" in refused.text
    again = await office.browser.post(f"{PAGES}/products/{made['id']}", data=form_of(refused.text))
    assert again.status_code == 303
    assert (await office.stall.stock_of(uuid.UUID(made["variants"][0]["id"])))[0] == 12


@pytest.mark.req("LC-8.4.1")
async def test_an_order_keeps_the_name_it_was_placed_with(office: Office) -> None:
    made = await office.create()
    await office.set_state(made["id"], "published")
    await office.order([(uuid.UUID(made["variants"][0]["id"]), 1)])
    body = as_change(made, name="新しい名前")
    body["variants"][0]["price"] = 9999
    assert (await office.api.put(f"{API}/products/{made['id']}", json=body)).status_code == 200
    kept = await office.stall.value("SELECT name || ' ' || unit FROM shop_order_line")
    assert kept == "シルクルージュ 3960"
