"""What the catalogue's API shows, and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from nakamise.plugin import Actor
from nakamise.testing.fixtures import ClientFor, CtxFor
from nakamise_shop.catalog import service
from tests.plugins.shop.catalog.market import Market

VISIBLE = {"rouge", "serum", "mask", "tea", "board", "plain-0", "plain-1", "plain-2"}


async def listed(client: ClientFor, market: Market, **query: Any) -> dict[str, Any]:
    answer = await client(market.tenant).get("/api/shop/products", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def slugs(client: ClientFor, market: Market, **query: Any) -> list[str]:
    return [item["slug"] for item in (await listed(client, market, **query))["items"]]


@pytest.mark.req("LC-3.1.1")
async def test_only_published_products_of_open_shops_are_listed(market: Market, client: ClientFor) -> None:
    found = await listed(client, market)
    assert {item["slug"] for item in found["items"]} == VISIBLE
    assert found["total"] == len(VISIBLE)


@pytest.mark.req("LC-3.1.2")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ないとりぺあ", ["serum"]),
        ("ﾅｲﾄﾘﾍﾟｱ", ["serum"]),
        ("しるく", ["mask", "rouge"]),
        ("美容液　ナイト", ["serum"]),
        ("r-1", ["rouge"]),
        ("Ｒ-１", ["rouge"]),
        ("65%", ["board"]),
        ("6_%", []),
        ("\\", []),
    ],
)
async def test_search_does_not_care_how_it_is_written(
    market: Market, client: ClientFor, words: str, expected: list[str]
) -> None:
    assert await slugs(client, market, q=words) == expected


@pytest.mark.req("LC-3.1.2")
async def test_a_category_covers_what_lies_below_it(market: Market, client: ClientFor) -> None:
    assert await slugs(client, market, category="makeup") == ["board", "rouge"]
    assert await slugs(client, market, category="lip") == ["rouge"]
    assert await slugs(client, market, category="nothing") == []


@pytest.mark.req("LC-3.1.2")
async def test_sorting(market: Market, client: ClientFor) -> None:
    cheap_first = (await listed(client, market, sort="price"))["items"]
    assert [item["min_price"] for item in cheap_first] == [500, 501, 502, 880, 1280, 3960, 6820, 9800]
    dear_first = (await listed(client, market, sort="-price"))["items"]
    assert [item["max_price"] for item in dear_first][:3] == [12800, 6820, 3960]
    assert (await slugs(client, market))[3:] == ["board", "tea", "mask", "serum", "rouge"]


async def test_only_what_can_be_bought(market: Market, client: ClientFor) -> None:
    assert "mask" not in await slugs(client, market, in_stock="true")
    assert len(await slugs(client, market, in_stock="true")) == len(VISIBLE) - 1


async def test_a_page_past_the_end_is_empty_and_still_counts(market: Market, client: ClientFor) -> None:
    found = await listed(client, market, page=5)
    assert found["items"] == []
    assert found["total"] == len(VISIBLE)


@pytest.mark.parametrize("query", [{"page": 0}, {"sort": "name"}, {"q": "x" * 101}])
async def test_what_makes_no_sense_is_refused(
    market: Market, client: ClientFor, query: dict[str, Any]
) -> None:
    answer = await client(market.tenant).get("/api/shop/products", params=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.req("LC-3.2.1")
async def test_a_product_in_both_languages(market: Market, client: ClientFor) -> None:
    browser = client(market.tenant)
    japanese = (await browser.get("/api/shop/products/serum")).json()
    assert (japanese["name"], japanese["description"]) == ("ナイトリペア 美容液", "夜のために。")
    english = (await browser.get("/api/shop/products/serum", headers={"Accept-Language": "en"})).json()
    assert (english["name"], english["description"]) == ("Night Repair Serum", "For the night.")
    rouge = (await browser.get("/api/shop/products/rouge", headers={"Accept-Language": "en"})).json()
    assert rouge["options"] == [
        {"name": "Shade", "values": [{"key": "紅", "label": "Crimson"}, {"key": "杏", "label": "Apricot"}]}
    ]
    assert rouge["badges"] == ["Popular"]
    assert [variant["available"] for variant in rouge["variants"]] == [3, 0]


@pytest.mark.req("LC-3.1.1")
@pytest.mark.parametrize("slug", ["draft", "archived", "elsewhere", "no-such-thing"])
async def test_what_is_not_for_sale_is_not_there(market: Market, client: ClientFor, slug: str) -> None:
    for path in (f"/api/shop/products/{slug}", f"/shop/products/{slug}"):
        assert (await client(market.tenant).get(path)).status_code == 404


async def test_staff_see_a_draft_as_a_preview(market: Market, ctx_for: CtxFor) -> None:
    staff = Actor(permissions=frozenset({service.MAY_PREVIEW}))
    ctx = ctx_for(market.tenant, staff)
    async with ctx.read() as tx:
        assert (await service.product(ctx, tx, "draft")).state == "draft"


async def test_categories_count_what_a_buyer_finds_there(market: Market, client: ClientFor) -> None:
    found = (await client(market.tenant).get("/api/shop/categories")).json()
    assert {one["slug"]: one["product_count"] for one in found} == {"makeup": 2, "lip": 1, "care": 2}
    for one in found:
        assert len(await slugs(client, market, category=one["slug"])) == one["product_count"]


@pytest.mark.req("LC-3.2.1")
async def test_a_shop_that_types_prices_without_tax_shows_them_with_tax(
    market: Market, client: ClientFor
) -> None:
    await market.shop("exclusive", "EX", prices_include_tax=False, rounding="half_up")
    await market.product("net", "税抜の品", [("N-1", [], 1995, 1)], shop="exclusive", day=-9)
    product = (await client(market.tenant).get("/api/shop/products/net")).json()
    assert product["variants"][0]["price"] == product["min_price"] == 2195
    async with market.ctx.begin() as tx:
        await tx.execute("UPDATE shop_shop SET state = 'closed' WHERE slug = 'exclusive'")
