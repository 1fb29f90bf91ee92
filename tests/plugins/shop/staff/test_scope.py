"""Staff who are named for some shops: what is another shop's is not there for them, on no list, in no file, by no act."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from nakamise.contracts.catalog import Catalog
from nakamise.contracts.orders import OrderQuery, Orders
from nakamise.contracts.shops import ShopSellers
from nakamise.errors import NotFound
from nakamise_shop.scope import shops_of
from tests.plugins.shop.staff.office import API, PAGES, Office, grant, product, variant

ADDRESS = {
    "family_name": "山田",
    "given_name": "花",
    "family_kana": "ヤマダ",
    "given_kana": "ハナ",
    "postal_code": "1040061",
    "prefecture": "東京都",
    "city": "中央区",
    "line1": "1-1",
    "phone": "0312345678",
}


@dataclass
class TwoShops:
    """``orders``, ``products`` and ``variants`` by shop; ``clerk`` is the API as staff of hanare alone."""

    office: Office
    orders: dict[str, uuid.UUID]
    products: dict[str, str]
    variants: dict[str, uuid.UUID]
    clerk: httpx.AsyncClient
    browser: httpx.AsyncClient


@pytest.fixture
async def two(office: Office) -> TwoShops:
    stall = office.stall
    await stall.shop("hanare", "HN")
    orders, products, variants = {}, {}, {}
    for slug, name in (("honten", "本店の品"), ("hanare", "離れの品")):
        variants[slug] = await stall.goods(slug, name, 1000, 9)
        placed = await office.order([(variants[slug], 1)], name=f"{slug}の客")
        orders[slug] = placed.orders[0].id
        query = "SELECT product_id FROM shop_variant WHERE id = $1"
        products[slug] = str(await stall.value(query, variants[slug]))
    person = await stall.buyer("離れの店員")
    await grant(stall, person, "shop_staff")
    clerk = office.client_for(stall.tenant)
    clerk.headers.update(person.headers)
    boss = await stall.buyer("店主")
    await grant(stall, boss, "admin")
    people = f"{API}/shops/{stall.shops['hanare']}/people"
    body = {"users": [str(person.id)]}
    # Nobody names themselves.
    assert (await clerk.put(people, json=body)).status_code == 403
    named = await office.guest.put(people, json=body, headers=boss.headers)
    assert [one["display_name"] for one in named.json() if one["is_here"]] == ["離れの店員"]
    wrong = await office.guest.put(people, json={"users": [str(boss.id)]}, headers=boss.headers)
    assert wrong.status_code == 422
    return TwoShops(office, orders, products, variants, clerk, await office.browser_of(person))


@pytest.mark.req("LC-8.5.1", "LC-9.0.1")
async def test_a_clerk_of_one_shop_finds_and_touches_nothing_of_another(two: TwoShops) -> None:
    await _lists(two)
    await _files(two)
    await _acts(two)
    await _bodies(two)
    await _services(two)
    await _beside(two)
    await _box_on_the_page(two)


async def _lists(two: TwoShops) -> None:
    for path, field, own, other in (
        ("orders", "shop_name", "hanareの店", "hontenの店"),
        ("products", "name", "離れの品", "本店の品"),
        ("variants", "product_name", "離れの品", "本店の品"),
        ("shops", "slug", "hanare", "honten"),
    ):
        everything = await two.office.api.get(f"{API}/{path}")
        assert {row[field] for row in _rows(everything)} == {own, other}, path
        assert [row[field] for row in _rows(await two.clerk.get(f"{API}/{path}"))] == [own], path
    for path in ("orders", "products", "products/grid", "shops", f"orders/slips?{_both(two)}"):
        seen = await two.browser.get(f"{PAGES}/{path}")
        assert seen.status_code == 200, path
        assert "本店" not in seen.text, path
        assert "honten" not in seen.text, path
    board = (await two.browser.get("/admin")).text
    assert ("honten" in board, "hanare" in board) == (False, True)


def _rows(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found = answer.json()
    rows: list[dict[str, Any]] = found["items"] if isinstance(found, dict) else found
    return rows


def _both(two: TwoShops) -> str:
    return "&".join(f"orders={id_}" for id_ in two.orders.values())


async def _files(two: TwoShops) -> None:
    for path, own, other in (
        ("orders/export.csv", "hanareの店", "hontenの店"),
        ("products/export.csv", "離れの品", "本店の品"),
    ):
        by_api = await two.clerk.get(f"{API}/{path.split('/')[0]}.csv")
        for text in ((await two.browser.get(f"{PAGES}/{path}")).text, by_api.text):
            assert own in text, path
            assert other not in text, path


async def _acts(two: TwoShops) -> None:
    """By the other shop's ids: nothing there. The same by the own ids is the control."""
    shop = two.office.stall.shops["honten"]
    order, item = f"orders/{two.orders['honten']}", f"products/{two.products['honten']}"
    state, chart = {"state": "archived"}, {"kind": "related"}
    tried: tuple[tuple[str, str, object], ...] = (
        ("GET", order, None),
        ("POST", f"{order}/start", {"lines": [1]}),
        ("POST", f"{order}/shipments", {"lines": [1], "carrier": "yamato", "tracking_number": "123456789013"}),
        ("POST", f"{order}/cancel", {"reason": "x"}),
        ("GET", f"{order}/notes", None),
        ("POST", f"{order}/notes", {"body": "x"}),
        ("PUT", f"{order}/address", ADDRESS),
        ("PUT", f"{order}/wishes", {"note": "x"}),
        ("POST", f"{order}/fewer", {"idem": str(uuid.uuid4()), "lines": [{"line_no": 1, "units": 1}], "reason": "x"}),
        ("GET", item, None),
        ("PUT", f"{item}/state", state),
        ("DELETE", item, None),
        ("GET", f"{item}/related", None),
        ("PUT", f"{item}/related", [{"id": two.products["hanare"], **chart}]),
        ("GET", f"shops/{shop}", None),
        ("PUT", f"shops/{shop}", {"version": 1, "name": "x"}),
        ("POST", f"shops/{shop}/application", None),
    )  # fmt: skip
    for method, path, body in tried:
        answer = await two.clerk.request(method, f"{API}/{path}", json=body)
        assert answer.status_code == 404, (method, path, answer.text)
    for page in (order, f"{order}/slip", item, f"shops/{shop}"):
        assert (await two.browser.get(f"{PAGES}/{page}")).status_code == 404, page
    own = [f"{kind}/{of['hanare']}" for kind, of in (("orders", two.orders), ("products", two.products))]
    for page in (*own, f"shops/{two.office.stall.shops['hanare']}"):
        assert (await two.clerk.get(f"{API}/{page}")).status_code == 200, page
        assert (await two.browser.get(f"{PAGES}/{page}")).status_code == 200, page


async def _bodies(two: TwoShops) -> None:
    """Where the other shop's things are named in what is sent."""
    both = [str(id_) for id_ in two.orders.values()]
    done = (await two.clerk.post(f"{API}/orders/bulk/start", json={"orders": both})).json()
    assert {one["order_id"]: one["done"] for one in done} == {
        str(two.orders["honten"]): False,
        str(two.orders["hanare"]): True,
    }
    cells = [{"variant_id": str(id_), "seen": 1000, "price": 900} for id_ in two.variants.values()]
    change = await two.clerk.put(f"{API}/variants", json={"prices": cells})
    assert [one["outcome"] for one in change.json()] == ["gone", "saved"]
    stray = product(shop_id=str(two.office.stall.shops["honten"]), variants=[variant(sku="X-1")])
    assert (await two.clerk.post(f"{API}/products", json=stray)).status_code == 422
    made = await two.clerk.post(f"{API}/products", json=product(variants=[variant(sku="X-2")]))
    assert made.json()["shop_name"] == "hanareの店", "the only shop that is theirs"
    sku = await two.office.stall.value("SELECT sku FROM shop_variant WHERE id = $1", two.variants["honten"])
    file = f"ショップコード,SKU,価格\r\nhonten,{sku},1\r\n".encode()
    preview = await two.clerk.post(f"{API}/imports", files={"file": ("a.csv", file, "text/csv")})
    assert preview.json()["counts"]["error"] == 1
    others = await two.office.api.post(f"{API}/imports", files={"file": ("a.csv", file, "text/csv")})
    assert (await two.clerk.get(f"{API}/imports/{others.json()['id']}")).status_code == 404
    assert (await two.clerk.post(f"{API}/categories", json={"name": "新"})).status_code == 403


async def _services(two: TwoShops) -> None:
    """What other plugins ask, for the same clerk."""
    person = await two.office.stall.value("SELECT user_id FROM shop_people")
    actor = await _actor(two, person)
    ctx = two.office.stall.ctx_for(two.office.stall.tenant, actor)
    async with ctx.read() as tx:
        assert await shops_of(ctx, tx) == [two.office.stall.shops["hanare"]]
        orders = ctx.service(Orders)
        assert [one.id for one in await orders.find(tx, OrderQuery())] == [two.orders["hanare"]]
        assert await orders.count(tx, OrderQuery()) == 1
        with pytest.raises(NotFound):
            await orders.get(tx, two.orders["honten"])
        assert [one.slug for one in (await ctx.service(ShopSellers).sellers(tx)).values()] == ["hanare"]
        chosen = await ctx.service(Catalog).choices(tx)
        assert [name for _, name in chosen.shops] == ["hanareの店"]
        assert "本店の品" not in [name for _, name in chosen.products]
        assert not await ctx.service(Catalog).variants(tx, [uuid.UUID(two.products["honten"])])


async def _beside(two: TwoShops) -> None:
    """What another shop has published may be shown beside the own goods; its drafts are nobody else's to know of."""
    stall, boss = two.office.stall, two.office
    own, other = (two.products[slug] for slug in ("hanare", "honten"))
    page, lines = f"{PAGES}/products/{own}", f"{API}/products/{own}/related"
    chosen = [{"id": other, "kind": "related"}]
    assert "本店の品" in (await two.browser.get(page)).text, "buyers see it too"
    async with stall.ctx.begin() as tx:
        slug = await tx.value(
            "UPDATE shop_product SET state = 'draft' WHERE name = '本店の品' RETURNING slug"
        )
    assert "本店の品" not in (await two.browser.get(page)).text
    by_name = await two.browser.post(f"{page}/related", data={"other": "本店の品"}, follow_redirects=True)
    assert "この名前またはSKUの商品はありません" in by_name.text
    assert (await two.clerk.put(lines, json=chosen)).status_code == 422
    assert [(await who.get(f"/shop/products/{slug}")).status_code for who in (two.browser, boss.browser)] == [
        404,
        200,
    ]
    assert (await boss.api.put(lines, json=chosen)).json()[0]["name"] == "本店の品"
    told = (await two.clerk.get(lines)).json()
    assert [(one["id"], one["name"], one["slug"]) for one in told] == [(other, "", "")]
    shown = (await two.browser.get(page)).text
    assert ("本店の品" in shown, "ほかのショップの商品" in shown) == (False, True)
    assert (await two.clerk.put(lines, json=chosen)).status_code == 200, "what stands there may stay"


async def _actor(two: TwoShops, person: object) -> Any:
    """As the gate makes one for a request."""
    stall = two.office.stall
    async with stall.ctx.read() as tx:
        granted = await tx.values(
            "SELECT DISTINCT p.permission FROM core_role_permission p JOIN core_user_role r ON r.role_id = p.role_id"
            " WHERE r.user_id = $1 AND p.is_granted",
            person,
        )
    from nakamise.plugin import Actor

    return Actor(user_id=uuid.UUID(str(person)), permissions=frozenset(granted))


async def _box_on_the_page(two: TwoShops) -> None:
    """The owner names and un-names people on the shop's page; who is named nowhere works for all again."""
    boss = await two.office.stall.buyer("店主2")
    await grant(two.office.stall, boss, "admin")
    owner = await two.office.browser_of(boss)
    page = f"{PAGES}/shops/{two.office.stall.shops['hanare']}"
    shown = (await owner.get(page)).text
    assert "このショップの担当者" in shown
    assert "このショップの担当者" not in (await two.browser.get(page)).text
    person = str(await two.office.stall.value("SELECT user_id FROM shop_people"))
    asked = await owner.post(f"{page}/people", data={"users": []})
    assert (asked.status_code, "離れの店員" in asked.text) == (409, True), asked.text
    # The page that asks sends who is meant; somebody else's yes is none.
    assert f'name="for_all" value="{person}"' in asked.text
    stray = {"users": [], "for_all": [str(boss.id)]}
    by_api = await two.office.guest.put(
        f"{API}{page.removeprefix(PAGES)}/people", json=stray, headers=boss.headers
    )
    assert (by_api.status_code, by_api.json()["code"]) == (409, "works_for_all")
    assert len(_rows(await two.clerk.get(f"{API}/orders"))) == 1, "nothing was widened"
    assert (await owner.post(f"{page}/people", data={"for_all": person})).status_code == 303
    assert len(_rows(await two.clerk.get(f"{API}/orders"))) == 2
    acts = await two.office.stall.value("SELECT count(*) FROM core_audit WHERE act = 'shop.people.changed'")
    assert acts == 2
