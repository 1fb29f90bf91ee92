"""The catalogue's pages as text: states, money, links."""

from __future__ import annotations

import re

import pytest

from nakamise.testing.fixtures import ClientFor
from tests.plugins.shop.catalog.market import Market

PATHS = ("/", "/shop/products", "/shop/products/rouge", "/shop/products/board", "/shop/shops",
         "/shop/shops/honten", "/shop/shops/honten/legal", "/shop/legal", "/shop/cart")  # fmt: skip
RAW_STATES = re.compile(
    r">\s*(draft|published|archived|pending|open|suspended|closed|approved|standard|reduced)\s*<"
)
BROKEN = re.compile(r"Invalid Date|\bNaN\b|undefined|>\s*(null|None)\s*<")


async def text_of(client: ClientFor, market: Market, path: str, language: str = "ja") -> str:
    answer = await client(market.tenant).get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, (path, answer.text[:300])
    return answer.text


@pytest.mark.req("DF-01", "DF-02", "DF-03", "LC-3.3.4")
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", PATHS)
async def test_money_and_states_are_written_for_people(
    market: Market, client: ClientFor, path: str, language: str
) -> None:
    html = await text_of(client, market, path, language)
    assert not re.findall(r"¥\d{4,}", html)
    assert not re.findall(r"¥[\d,]+\.\d", html)
    assert not RAW_STATES.findall(html)
    assert not BROKEN.findall(html)
    assert "nakamise" not in html.lower()


async def test_the_list_keeps_its_filter_in_every_link(market: Market, client: ClientFor) -> None:
    html = await text_of(client, market, "/shop/products?category=makeup&sort=price&in_stock=1")
    assert 'href="/shop/products?category=lip&amp;in_stock=1&amp;sort=price"' in html
    assert 'href="/shop/products?category=makeup&amp;sort=price"' in html
    assert 'name="category" value="makeup"' in html


async def test_an_address_with_nonsense_still_shows_the_list(market: Market, client: ClientFor) -> None:
    html = await text_of(client, market, "/shop/products?sort=name&page=x&utm_source=mail")
    assert "シルクルージュ" in html


async def test_past_the_last_page_leads_to_the_last(market: Market, client: ClientFor) -> None:
    answer = await client(market.tenant).get("/shop/products?sort=price&page=9")
    assert (answer.status_code, answer.headers["location"]) == (303, "/shop/products?sort=price")


@pytest.mark.req("LC-3.1.2")
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zzz", ""),
        ("ナイトリペヤ", "serum"),
        ("ないとぺあ", "serum"),
        ("キーホード", "board"),
        ("night repiar", "serum"),
    ],
)
async def test_nothing_found_says_so_and_leads_on(
    market: Market, client: ClientFor, typed: str, meant: str
) -> None:
    html = await text_of(client, market, f"/shop/products?q={typed}")
    assert "商品が見つかりませんでした" in html.replace("<wbr>", "")
    assert 'href="/shop/products"' in html
    assert ("もしかして" in html) is bool(meant)
    if meant:
        assert f'href="/shop/products/{meant}"' in html


@pytest.mark.req("LC-3.2.5")
async def test_a_sold_out_value_cannot_be_chosen(market: Market, client: ClientFor) -> None:
    html = await text_of(client, market, "/shop/products/rouge")
    sold_out = re.search(r'<input type="radio" name="o0" value="杏"[^>]*>', html)
    in_stock = re.search(r'<input type="radio" name="o0" value="紅"[^>]*>', html)
    assert sold_out
    assert "disabled" in sold_out.group()
    assert in_stock
    assert "disabled" not in in_stock.group()
    assert "在庫切れ" in html


@pytest.mark.req("LC-3.2.1")
async def test_the_address_chooses_the_variant_without_scripts(market: Market, client: ClientFor) -> None:
    first = await text_of(client, market, "/shop/products/board")
    assert "<b>¥9,800</b>" in first
    by_options = await text_of(client, market, "/shop/products/board?o0=白&o1=英")
    assert "<b>¥12,800</b>" in by_options
    assert 'data-kind="out"' in by_options
    assert "<b>¥12,800</b>" in await text_of(client, market, "/shop/products/board?variant=B-2")


@pytest.mark.req("LC-3.2.2")
async def test_the_quantity_ends_at_stock_and_limit(market: Market, client: ClientFor) -> None:
    assert 'max="3"' in await text_of(client, market, "/shop/products/rouge")
    board = await text_of(client, market, "/shop/products/board")
    assert 'max="1"' in board
    assert "1回のご注文は2点までです" in board


@pytest.mark.req("LC-3.2.6")
async def test_the_way_back_keeps_the_filter(market: Market, client: ClientFor) -> None:
    browser = client(market.tenant)
    came_from = f"{browser.base_url}/shop/products?q=%E3%81%97%E3%82%8B%E3%81%8F&sort=price"
    html = (await browser.get("/shop/products/rouge", headers={"Referer": came_from})).text
    assert 'href="/shop/products?q=%E3%81%97%E3%82%8B%E3%81%8F&amp;sort=price"' in html
    elsewhere = {"Referer": "https://evil.example/shop/products?q=x"}
    assert (
        'class="n-more" href="/shop/products"'
        in (await browser.get("/shop/products/rouge", headers=elsewhere)).text
    )


@pytest.mark.req("LC-3.3.2")
async def test_every_item_of_the_legal_notice_is_shown(market: Market, client: ClientFor) -> None:
    for path in ("/shop/shops/honten", "/shop/shops/honten/legal", "/shop/legal"):
        html = await text_of(client, market, path)
        for label in ("販売業者", "代表者", "所在地", "電話番号", "引渡時期", "返品・キャンセル"):
            assert f"<dt>{label}</dt>" in html, (path, label)
    assert (await client(market.tenant).get("/shop/shops/closed")).status_code == 404
    assert "closedの店" not in await text_of(client, market, "/shop/legal")


@pytest.mark.req("LC-3.3.1", "LC-3.3.3", "DF-04")
async def test_a_shops_numbers_are_counted(market: Market, client: ClientFor) -> None:
    browser = client(market.tenant)
    shop = (await browser.get("/api/shop/shops/honten")).json()
    counted = "SELECT count(*) FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id"
    async with market.ctx.read() as tx:
        products = await tx.value(f"{counted} WHERE s.slug = 'honten' AND p.state = 'published'")
    assert shop["product_count"] == products == 7
    listed = (await browser.get("/api/shop/products", params={"shop": "honten"})).json()
    assert listed["total"] == products
    html = await text_of(client, market, "/shop/shops/honten")
    assert re.search(r"商品数</dt><dd>7</dd>", html)
    assert re.search(r"開店日</dt><dd>2026/5/1</dd>", html)
    assert "営業中" in html


async def test_search_engines_are_told_what_it_is(market: Market, client: ClientFor) -> None:
    html = await text_of(client, market, "/shop/products/rouge?variant=R-1")
    base = market.ctx.url("/shop/products/rouge")
    assert f'<link rel="canonical" href="{base}">' in html
    assert '"@type": "Product"' in html
    assert '"price": 3960' in html
