"""A sale from its start to its stop: prices everywhere, pieces in a crowd, and what may be struck through."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nakamise.contracts.catalog import Catalog
from nakamise.contracts.checkout import OrderDraft, OrderRef, RevertReason
from nakamise.contracts.pricing import Quote
from nakamise.ids import new_token, uuid7
from nakamise_shop.cart import service as carts
from nakamise_shop.catalog import service as catalog
from nakamise_shop.catalog.schemas import ProductFilter, Sort
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.expire import expire
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import PlaceOrder
from nakamise_timesale.hooks import Hooks
from tests.faults.crowd import crowd
from tests.plugins.shop.catalog.test_queries import Counting
from tests.plugins.shop.staff.office import Office
from tests.plugins.shop.stall import Buyer, Stall

CROWD = 30
STAFF = "/api/timesale/staff/sales"
SHOP = "/api/shop/products"


async def make(office: Office, product_id: object, **item: Any) -> dict[str, Any]:
    """A sale of one product that was not started yet."""
    answer = await office.api.post(STAFF, json={"name": "夜のセール"})
    assert answer.status_code == 201, answer.text
    body = {"product_id": str(product_id), "price": 800} | item
    answer = await office.api.post(f"{STAFF}/{answer.json()['id']}/items", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def run(office: Office, sale: dict[str, Any], act: str) -> dict[str, Any]:
    answer = await office.api.put(f"{STAFF}/{sale['id']}/run", json={"act": act})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def product_of(stall: Stall, variant: uuid.UUID) -> uuid.UUID:
    found = await stall.value("SELECT product_id FROM shop_variant WHERE id = $1", variant)
    assert isinstance(found, uuid.UUID)
    return found


async def charged(stall: Stall, variant: uuid.UUID, price: int, days: int) -> None:
    """As if it had cost ``price`` for so long."""
    query = "INSERT INTO shop_price_log (variant_id, at, price, on_sale) VALUES ($1, $2, $3, true)"
    async with stall.ctx.begin() as tx:
        await tx.execute(query, variant, datetime.now(UTC) - timedelta(days=days), price)


@pytest.mark.req("LC-8.8.1", "LC-8.8.2", "BX-13")
async def test_prices_are_lowered_everywhere_and_back_at_once(stall: Stall, office: Office) -> None:
    proven = await stall.goods("honten", "口紅", 1000, 9)
    doubtful = await stall.goods("honten", "新作", 1000, 9)
    product, new = await product_of(stall, proven), await product_of(stall, doubtful)
    await charged(stall, proven, 1000, 60)
    await charged(stall, doubtful, 1000, 5)
    slug = await stall.value("SELECT slug FROM shop_product WHERE id = $1", product)
    buyer = await stall.buyer()
    browser = await office.browser_of(buyer)
    await no_query_while_nothing_runs(stall)
    sale = await make(office, product)
    await office.api.post(f"{STAFF}/{sale['id']}/items", json={"product_id": str(new), "percent": 20})
    assert {one["price"] for one in (await listed(office)).values()} == {1000}
    ends = (datetime.now(UTC) + timedelta(days=2)).isoformat(timespec="seconds")
    body = {"name": "夜のセール", "starts_at": "2026-01-01T00:00:00+09:00", "ends_at": ends, "version": 1}
    answer = await office.api.put(f"{STAFF}/{sale['id']}", json=body)
    assert answer.status_code == 200, answer.text
    running = await run(office, await restarted(office, sale), "start")
    assert running["state"] == "running"
    assert {one["doubt"] for one in running["proofs"]} == {"", "too_short"}
    await lists_are_sorted_by_what_is_paid(stall, office)
    cards = await listed(office)
    assert cards[str(product)] == {"price": 800, "was": 1000, "label": "夜のセール"}
    # Only the sale price is shown where the other is not proven, and the shop is told why.
    assert cards[str(new)] == {"price": 800, "was": None, "label": "夜のセール"}
    staff = (await office.browser.get(f"/admin/timesale/{sale['id']}")).text
    assert "2週間に満たない" in staff or "two weeks in all" in staff
    page = (await browser.get(f"{SHOP[4:]}/{slug}")).text
    assert "data-countdown" in page
    assert "priceValidUntil" in page
    cards_page = (await browser.get("/shop/products")).text
    assert cards_page.count("data-countdown=") == 2
    assert re.search(r'<html [^>]*data-now="\d{4}-', cards_page), "the server's clock"
    async with stall.ctx.read() as tx:
        pinned = (await stall.ctx.service(Catalog).products(tx, [product]))[product]
    assert (pinned.min_price, pinned.compare_at) == (800, 1000)
    added = await browser.post("/shop/cart/add", data={"variant": str(proven), "then": "cart"})
    assert added.status_code == 303
    seen = await confirm_view(stall.ctx_of(buyer), buyer.address_id)
    assert seen.quote.goods == 800
    confirm = (await browser.get(f"/shop/checkout/confirm?address={buyer.address_id}")).text
    assert "checkout-limited" in confirm
    await run(office, sale, "stop")
    assert {one["price"] for one in (await listed(office)).values()} == {1000}
    cart = (await browser.get("/shop/cart")).text
    assert "n-notice--warn" in cart
    ctx = stall.ctx_of(buyer)
    told = await crowd(
        1, lambda _number: place(ctx, new_token(), PlaceOrder(buyer.address_id, seen.fingerprint))
    )
    assert told.codes == {"cart_changed"}
    async with ctx.read() as tx:
        assert (await carts.view(ctx, tx, carts.key_of(ctx))).lines[0].seen_unit == 800


async def lists_are_sorted_by_what_is_paid(stall: Stall, office: Office) -> None:
    """Two at ¥800 in the sale instead of ¥1,000; one at ¥900; one that the shop typed as ¥850 without tax."""
    await stall.shop("hanare", "HN", prices_include_tax=False)
    for shop, name, price in (("honten", "櫛", 900), ("hanare", "鏡", 850)):
        await stall.goods(shop, name, price, 9)
    up, down = [
        [one["min_price"] for one in (await office.guest.get(f"{SHOP}?sort={way}")).json()["items"]]
        for way in ("price", "-price")
    ]
    assert up == [800, 800, 900, 935]
    assert down == [935, 900, 800, 800]
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_product SET state = 'draft' WHERE name IN ('櫛', '鏡')")


async def no_query_while_nothing_runs(stall: Stall) -> None:
    """Further lists cost what they cost without sales, by price too: one query each."""
    async with stall.ctx.read() as tx:
        await catalog.product_page(stall.ctx, tx, ProductFilter())
        with Counting(tx) as counted:
            await catalog.product_page(stall.ctx, tx, ProductFilter())
            await catalog.product_page(stall.ctx, tx, ProductFilter(sort=Sort.PRICE_UP))
    assert len(counted.queries) == 2, counted.queries


async def owner_of(stall: Stall, order: OrderRef) -> uuid.UUID:
    found = await stall.value("SELECT user_id FROM timesale_taken WHERE order_id = $1", order.id)
    assert isinstance(found, uuid.UUID)
    return found


async def restarted(office: Office, sale: dict[str, Any]) -> dict[str, Any]:
    """Stopped first: its start lay in the past, so it ran at once."""
    return await run(office, sale, "stop")


async def listed(office: Office) -> dict[str, dict[str, object]]:
    items = (await office.guest.get(SHOP)).json()["items"]
    return {
        one["id"]: {"price": one["min_price"]}
        | ({"was": one["compare_at"], "label": one["offer"]["label"]} if one["offer"] else {})
        for one in items
    }


@dataclass
class Taking:
    """Orders of one piece each, as checkout hands them to the plugin, in a transaction of their own."""

    stall: Stall
    quote: Quote
    people: list[Buyer]

    async def take(self, number: int, known: OrderRef | None = None) -> OrderRef:
        ref = known or OrderRef(uuid7(), uuid7(), f"LC-{number}")
        buyer = self.people[number % len(self.people)]
        draft = OrderDraft(ref.purchase_id, (ref,), buyer.id, self.quote.currency, self.quote)
        async with self.stall.ctx.begin() as tx:
            await Hooks().checkout_commit(self.stall.ctx, tx, draft)
        return ref

    async def give_back(self, order: OrderRef) -> None:
        async with self.stall.ctx.begin() as tx:
            await Hooks().checkout_revert(self.stall.ctx, tx, order, RevertReason.CANCELLED)

    async def sold(self) -> object:
        return await self.stall.value("SELECT sold FROM timesale_item")


@pytest.mark.req("LC-8.8.1")
async def test_pieces_hold_in_a_crowd_and_come_back_once(stall: Stall, office: Office) -> None:
    """Without their condition they do not: tests/faults/test_races.py."""
    goods = await stall.goods("honten", "限定口紅", 1000, 99)
    product = await product_of(stall, goods)
    sale = await make(office, product, quantity=5)
    await run(office, sale, "start")
    people = [await stall.buyer() for _ in range(3)]
    buyer = people[0]
    await stall.fill_cart(buyer, [(goods, 1)])
    quote = (await confirm_view(stall.ctx_of(buyer), buyer.address_id)).quote
    assert quote.goods == 800
    till = Taking(stall, quote, people)
    told = await crowd(CROWD, till.take)
    assert (len(told.got), told.codes) == (5, {"sale_gone"})
    assert await till.sold() == 5
    # Sold out: the regular price again, for the cart too, and the page says so.
    assert (await confirm_view(stall.ctx_of(buyer), buyer.address_id)).quote.goods == 1000
    slug = await stall.value("SELECT slug FROM shop_product WHERE id = $1", product)
    assert "data-out" in (await office.guest.get(f"/shop/products/{slug}")).text
    await paid_late(till, told.got)
    await one_a_person(till)
    await a_real_order_takes_and_expires(till, goods)
    staff = (await office.api.get(f"{STAFF}/{sale['id']}")).json()
    assert (staff["sold"], staff["amount"], staff["saved"]) == (5, 5 * 800, 5 * 200)
    refused = await office.api.delete(f"{STAFF}/{sale['id']}/items/{sale['items'][0]['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "item_sold")
    assert (await office.api.delete(f"{STAFF}/{sale['id']}")).json() == {"archived": True}
    assert (await confirm_view(stall.ctx_of(buyer), buyer.address_id)).quote.goods == 1000


async def paid_late(till: Taking, orders: list[OrderRef]) -> None:
    """Given back once; taken once more when it is paid after all, and not twice."""
    for _ in range(2):
        await till.give_back(orders[0])
    assert await till.sold() == 4
    twice = await crowd(1, lambda number: till.take(number, orders[1]))
    assert twice.codes == {"sale_twice"}
    buyer_id = await owner_of(till.stall, orders[0])
    number = [one.id for one in till.people].index(buyer_id)
    late = await crowd(3, lambda _number: till.take(number, orders[0]))
    assert (len(late.got), late.codes) == (1, {"sale_gone"})
    assert await till.sold() == 5
    await till.give_back(orders[0])


async def one_a_person(till: Taking) -> None:
    """Who has one pays the regular price, who races is refused."""
    async with till.stall.ctx.begin() as tx:
        await tx.execute("UPDATE timesale_sale SET per_person = 1")
        await tx.execute("UPDATE timesale_item SET quantity = 99")
    till.people[:] = [await till.stall.buyer()]
    told = await crowd(6, till.take)
    assert (len(told.got), told.codes) == (1, {"sale_limit"})


async def a_real_order_takes_and_expires(till: Taking, goods: uuid.UUID) -> None:
    stall = till.stall
    other = await stall.buyer()
    await stall.fill_cart(other, [(goods, 1)])
    ctx = stall.ctx_of(other)
    seen = await confirm_view(ctx, other.address_id)
    placed = await place(ctx, new_token(), PlaceOrder(other.address_id, seen.fingerprint))
    assert placed.due == 800 + 550
    assert await till.sold() == 6
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_purchase SET expires_at = now() - interval '1 second'")
    assert await expire(stall.ctx, placed.purchase_id)
    assert await till.sold() == 5
