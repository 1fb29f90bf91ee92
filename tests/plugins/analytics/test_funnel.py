"""What is looked at and what becomes of it, without a word about persons."""

from __future__ import annotations

import asyncio
import re
import uuid
from datetime import date

import httpx
import pytest

from nakamise.contracts.sales import Funnel, Sales, Via
from nakamise.contracts.ui import Period
from nakamise.errors import NotFound
from nakamise.plugin import Actor, Installation
from nakamise.testing.fixtures import ClientFor
from nakamise_analytics.periods import Kind, Wanted
from nakamise_analytics.report import report, today
from nakamise_analytics.sheets import csv_of
from nakamise_shop.reports.seen import Key, Seen
from nakamise_shop.reports.via import is_person, via_of
from tests.plugins.analytics.tally import sold
from tests.plugins.shop.stall import Stall, Till

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SITE = "https://kanon.example"


async def funnel_of(stall: Stall, shop: str) -> Funnel:
    """Of today."""
    await (await stall.ctx.companion(Seen)).write()
    day = today(stall.ctx)
    async with stall.ctx.snapshot() as tx:
        return await stall.ctx.service(Sales).funnel(tx, Period(day, day), shop_id=stall.shops[shop])


async def look(browser: httpx.AsyncClient, path: str, referer: str = "", **more: str) -> str:
    headers = {"user-agent": FIREFOX, "referer": referer, **{k.replace("_", "-"): v for k, v in more.items()}}
    answer = await browser.get(path, headers=headers)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.req("GL-29")
async def test_from_a_list_to_the_payment(stall: Stall, client: ClientFor) -> None:
    """Shown twice, seen three times by two ways, put into the cart and ordered once, paid."""
    await stall.shop("chaya", "CY", shipping_fee=0)
    tea = await stall.goods("chaya", "抹茶", 1500, 9)
    slug = await stall.value(
        "SELECT p.slug FROM shop_product p JOIN shop_variant v ON v.product_id = p.id WHERE v.id = $1", tea
    )
    path, buyer = f"/shop/products/{slug}", await stall.buyer()
    browser, staff = client(stall.tenant), stall.ctx
    browser.cookies.set("sid", await stall.browser_session(buyer))
    own = f"{browser.base_url}{path}".replace("//shop", "/shop")
    for _ in range(2):
        await look(browser, "/shop/shops/chaya")
    await look(browser, path)
    await look(browser, path, "https://www.google.co.jp/")
    page = await look(browser, f"{path}?utm_medium=email", "https://www.google.co.jp/")
    again = await look(browser, f"{path}?via=mail", own)
    await look(browser, path, user_agent="Mozilla/5.0 (compatible; Googlebot/2.1)")
    await look(browser, path, sec_purpose="prefetch")
    await look(browser, path, "https://[", user_agent="curl/8")
    assert await stall.value("SELECT count(*) FROM shop_seen WHERE views > 0") == 0, "a view costs no writing"
    found = re.findall(r'name="via" value="(\w*)"', page + again)
    assert found == ["mail", "mail"]
    form = {"product": slug, "via": "mail", "then": "cart", "quantity": "2"}
    assert (await browser.post("/shop/cart/add", data=form)).status_code == 303
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    before = (await funnel_of(stall, "chaya")).total
    await till.pay(placed["purchase_id"], "tok_success")
    done = await funnel_of(stall, "chaya")
    assert [(one.shown, one.views, one.carts, one.ordered, one.paid) for one in (before, done.total)] == [
        (2, 3, 1, 1, 0), (2, 3, 1, 1, 1),
    ]  # fmt: skip
    assert [(one.name, one.views, one.paid) for one in done.products] == [("抹茶", 3, 1)]
    ways = {one.via: (one.views, one.carts, one.ordered, one.paid, one.sales) for one in done.ways}
    assert ways == {
        Via.MAIL: (1, 1, 1, 1, 3000),
        Via.SEARCH: (1, 0, 0, 0, 0),
        Via.DIRECT: (1, 0, 0, 0, 0),
        Via.LIST: (0, 0, 0, 0, 0),
    }
    whole = await report(staff, Wanted(kind=Kind.DAY, shop=str(stall.shops["chaya"])))
    assert whole.totals.orders == whole.funnel.total.paid
    assert whole.totals.goods == sum(one.sales for one in whole.funnel.ways)
    columns = "SELECT string_agg(column_name, ' ' ORDER BY ordinal_position) FROM information_schema.columns"
    known = await stall.value(f"{columns} WHERE table_name = 'shop_seen' AND table_schema = current_schema()")
    assert known == "day product_id via shown views carts", "nothing about persons"


@pytest.mark.req("GL-29")
async def test_processes_add_up_and_nothing_is_lost_on_the_way(stall: Stall) -> None:
    """Two processes write the same rows at once; one closes with something in hand."""
    day, products = date(2026, 7, 7), sorted(uuid.uuid4() for _ in range(40))
    keys: list[Key] = [(day, product_id, Via.LIST, "shown") for product_id in products]
    processes = [Seen(Installation(stall.ctx.runtime)) for _ in range(2)]
    for process, mine in zip(processes, (keys, keys[::-1]), strict=True):
        process.add(stall.tenant.id, mine * 5)
    await asyncio.gather(*(process.write() for process in processes))
    processes[0].add(stall.tenant.id, keys)
    await asyncio.gather(*(process.close() for process in processes))
    counted = "SELECT array_agg(DISTINCT shown) FROM shop_seen WHERE day = $1"
    assert await stall.value(counted, day) == [11]


@pytest.mark.req("AR-03")
async def test_staff_of_one_shop_see_its_figures_only(stall: Stall, client: ClientFor) -> None:
    august = Wanted(kind=Kind.MONTH, day=date(2025, 8, 9))
    tea, fan = await stall.goods("honten", "茶", 1000, 9), await stall.goods("bekkan", "扇子", 333, 9)
    await sold(stall, client, [(tea, 1), (fan, 2)], "2025-08-02 12:00:00")
    person = await stall.buyer("店員")
    actor = Actor(user_id=person.id, permissions=frozenset({"analytics.read"}))
    ctx = stall.ctx_for(stall.tenant, actor)
    whole = await report(ctx, august)
    assert (whole.totals.orders, whole.totals.sales, whole.is_whole) == (2, 1550 + 666, True)
    async with stall.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO shop_people (user_id, shop_id) VALUES ($1, $2)", person.id, stall.shops["bekkan"]
        )
    own = await report(ctx, august)
    assert (own.totals.orders, own.totals.sales, own.totals.new_users, own.is_whole) == (1, 666, 0, False)
    assert ([one.slug for one in own.choices], own.broadcasts) == (["bekkan"], [])
    # Users belong to no shop: no column of zeros.
    heads = [csv_of(ctx, one, "days", "utf-8").decode("utf-8-sig").splitlines()[0] for one in (whole, own)]
    assert [head.count("新規ユーザー") for head in heads] == [1, 0]
    assert {len(row.split(",")) for row in csv_of(ctx, own, "days", "utf-8").decode().splitlines()} == {3}
    assert (
        await report(ctx, Wanted(kind=Kind.MONTH, day=august.day, shop=str(stall.shops["bekkan"])))
    ).totals == own.totals
    with pytest.raises(NotFound):
        await report(ctx, Wanted(shop=str(stall.shops["honten"])))


@pytest.mark.parametrize(
    ("referer", "query", "via"),
    [
        ("", {}, Via.DIRECT),
        ("https://search.yahoo.co.jp/", {}, Via.SEARCH),
        ("https://t.co/abc", {}, Via.SOCIAL),
        ("https://mail.google.com/", {}, Via.MAIL),
        ("https://blog.example/x", {}, Via.LINK),
        ("https://notx.com/", {}, Via.LINK),
        (f"{SITE}/shop/products?q=茶", {}, Via.LIST),
        (f"{SITE}/shop/products/tea", {}, Via.SITE),
        (f"{SITE}/livestream/1", {}, Via.LIVE),
        ("https://kanon.example.evil.example/livestream/1", {}, Via.LINK),
        ("https://[", {}, Via.UNKNOWN),
        ("https://t.co/abc", {"utm_source": "spring", "utm_medium": "cpc"}, Via.CAMPAIGN),
        ("", {"utm_source": "Newsletter"}, Via.MAIL),
        ("", {"utm_source": "shop_qr"}, Via.CAMPAIGN),
    ],
)
def test_ways(referer: str, query: dict[str, str], via: Via) -> None:
    assert via_of(SITE, referer, query) is via


def test_programs_are_no_persons() -> None:
    assert is_person({"user-agent": FIREFOX})
    programs = ("Googlebot/2.1", "curl/8.5", "facebookexternalhit/1.1", "HeadlessChrome/130", "")
    assert not any(is_person({"user-agent": f"{name}"}) for name in programs)
    assert not is_person({"user-agent": FIREFOX, "sec-purpose": "prefetch;prerender"})
