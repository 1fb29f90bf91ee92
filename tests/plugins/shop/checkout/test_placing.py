"""Placing an order: once per key, only as confirmed, never more than there is."""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nakamise.errors import Problem
from nakamise.testing.fixtures import ClientFor
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Placed, PlaceOrder
from nakamise_shop.checkout.stock import SoldOut
from tests.faults.crowd import until_told
from tests.plugins.shop.stall import Buyer, Stall, Till

AT_ONCE = 64


async def buy(stall: Stall, buyer: Buyer, key: str | None = None) -> Placed:
    """Confirm and place, as pages and API do, without HTTP between."""
    ctx = stall.ctx_of(buyer)
    seen = await confirm_view(ctx, buyer.address_id)
    return await place(ctx, key or uuid.uuid4().hex, PlaceOrder(buyer.address_id, seen.fingerprint))


async def ready_buyers(stall: Stall, variant_id: uuid.UUID, count: int) -> list[tuple[Buyer, PlaceOrder]]:
    """Everybody stands at the confirmation page."""
    found = []
    for _ in range(count):
        buyer = await stall.buyer()
        await stall.fill_cart(buyer, [(variant_id, 1)])
        seen = await confirm_view(stall.ctx_of(buyer), buyer.address_id)
        found.append((buyer, PlaceOrder(buyer.address_id, seen.fingerprint)))
    return found


async def all_at_once(stall: Stall, ready: list[tuple[Buyer, PlaceOrder]]) -> list[Placed | BaseException]:
    async def act(buyer: Buyer, wanted: PlaceOrder) -> Placed:
        key = uuid.uuid4().hex
        return await until_told(lambda: place(stall.ctx_of(buyer), key, wanted))

    return await asyncio.gather(*(act(*one) for one in ready), return_exceptions=True)


@pytest.mark.req("LC-4.2.10")
async def test_sixty_four_buyers_and_five_pieces(stall: Stall) -> None:
    """Without the condition and the constraint more get one: tests/faults/test_races.py."""
    variant_id = await stall.goods("honten", "限定口紅", 1000, 5)
    answers = await all_at_once(stall, await ready_buyers(stall, variant_id, AT_ONCE))
    sold = [answer for answer in answers if isinstance(answer, Placed)]
    refused = [answer for answer in answers if isinstance(answer, SoldOut)]
    # Whoever confirms after the last piece is gone learns it from the cart, before stock is touched.
    others = [answer for answer in answers if isinstance(answer, Problem) and not isinstance(answer, SoldOut)]
    assert {other.code for other in others} <= {"cart_trouble"}
    assert (len(sold), len(refused) + len(others)) == (5, AT_ONCE - 5)
    assert await stall.stock_of(variant_id) == (5, 5)
    assert await stall.value("SELECT count(*) FROM payments_op") == 5
    assert await stall.value("SELECT count(*) FROM shop_order_line") == 5


@pytest.mark.req("LC-4.2.1")
async def test_one_key_is_one_purchase_however_often_it_is_sent(stall: Stall) -> None:
    variant_id = await stall.goods("honten", "口紅", 1000, AT_ONCE)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, 1)])
    ctx = stall.ctx_of(buyer)
    wanted = PlaceOrder(buyer.address_id, (await confirm_view(ctx, buyer.address_id)).fingerprint)
    again = (until_told(lambda: place(ctx, "the-only-key", wanted)) for _ in range(AT_ONCE))
    answers = await asyncio.gather(*again)
    assert {answer.purchase_id for answer in answers} == {answers[0].purchase_id}
    assert answers.count(answers[0]) == AT_ONCE
    assert await stall.value("SELECT count(*) FROM shop_purchase") == 1
    assert await stall.stock_of(variant_id) == (AT_ONCE, 1)


async def test_the_key_is_needed_and_belongs_to_one_request(stall: Stall, client: ClientFor) -> None:
    variant_id = await stall.goods("honten", "口紅", 1000, 5)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, 1)])
    till = Till(client(stall.tenant), buyer)
    fingerprint = (await till.confirmation())["fingerprint"]
    body = {"address_id": str(buyer.address_id), "fingerprint": fingerprint}
    without = await client(stall.tenant).post("/api/shop/checkout", json=body, headers=buyer.headers)
    assert without.status_code == 400
    assert without.headers["content-type"] == "application/problem+json"
    first = await till.place("key-0001", fingerprint)
    again = await till.place("key-0001", fingerprint)
    other = await till.place("key-0001", "something else")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.json() == again.json()
    assert other.json()["code"] == "idempotency_key_reused"


@pytest.mark.req("DF-06", "DF-07", "LC-5.2.1")
async def test_parallel_orders_get_distinct_numbers_of_the_day_in_japan(stall: Stall) -> None:
    variant_id = await stall.goods("honten", "口紅", 1000, AT_ONCE)
    answers = await all_at_once(stall, await ready_buyers(stall, variant_id, AT_ONCE))
    numbers = {answer.orders[0].number for answer in answers if isinstance(answer, Placed)}
    assert len(numbers) == AT_ONCE
    placed_at = await stall.value("SELECT placed_at FROM shop_order LIMIT 1")
    assert isinstance(placed_at, datetime)
    day = placed_at.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%Y%m%d")
    assert {number.rpartition("-")[0] for number in numbers} == {f"LC-{day}"}
    assert sorted(int(number.rpartition("-")[2]) for number in numbers) == list(range(1, AT_ONCE + 1))


@pytest.mark.req("LC-4.1.6", "DF-08", "DF-10")
async def test_two_shops_make_one_purchase_with_two_orders(stall: Stall, client: ClientFor) -> None:
    await stall.shop("hanare", "H", shipping_fee=660)
    rouge = await stall.goods("honten", "口紅", 9800, 5)
    tea = await stall.goods("hanare", "ほうじ茶", 1080, 5, tax_class="reduced")
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(rouge, 1), (tea, 2)])
    till = Till(client(stall.tenant), buyer)
    quote: Any = (await till.confirmation())["quote"]
    placed = (await till.place()).json()
    assert placed["total"] == quote["total"] == 9800 + 550 + 2160 + 660
    assert sorted(order["number"][:2] for order in placed["orders"]) == ["H-", "LC"]
    assert sum(order["total"] for order in placed["orders"]) == placed["due"]
    assert await stall.value("SELECT count(*) FROM payments_op") == 1


@pytest.mark.req("LC-4.2.6", "DF-08")
async def test_another_price_places_nothing_and_says_what_changed(stall: Stall, client: ClientFor) -> None:
    variant_id = await stall.goods("honten", "口紅", 1000, 5)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, 1)])
    till = Till(client(stall.tenant), buyer)
    seen = (await till.confirmation())["fingerprint"]
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_variant SET price = 1200 WHERE id = $1", variant_id)
    answer = await till.place("changed-price", seen)
    assert answer.status_code == 409
    assert answer.json()["code"] == "cart_changed"
    assert await stall.value("SELECT count(*) FROM shop_purchase") == 0
    assert await stall.value("SELECT count(*) FROM shop_idempotency") == 0
    assert await stall.stock_of(variant_id) == (5, 0)


async def test_an_unconfirmed_address_orders_nothing(stall: Stall, client: ClientFor) -> None:
    variant_id = await stall.goods("honten", "口紅", 1000, 5)
    buyer = await stall.buyer(verified=False)
    await stall.fill_cart(buyer, [(variant_id, 1)])
    answer = await Till(client(stall.tenant), buyer).place()
    assert answer.status_code == 403
    assert answer.json()["code"] == "email_unverified"


async def test_somebody_elses_address_is_not_there(stall: Stall, client: ClientFor) -> None:
    variant_id = await stall.goods("honten", "口紅", 1000, 5)
    buyer, other = await stall.buyer(), await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, 1)])
    answer = await client(stall.tenant).get(
        "/api/shop/checkout", params={"address_id": str(other.address_id)}, headers=buyer.headers
    )
    assert answer.status_code == 404


async def test_two_lines_that_want_the_same_piece_are_counted_together(stall: Stall) -> None:
    from nakamise_shop.checkout.stock import Wants, reserve

    variant_id = await stall.goods("honten", "口紅", 1000, 3)
    with pytest.raises(SoldOut):
        async with stall.ctx.begin() as tx:
            await reserve(tx, [Wants(variant_id, 2, "a"), Wants(variant_id, 2, "b")])
    assert await stall.stock_of(variant_id) == (3, 0)


async def test_what_costs_nothing_is_paid_at_once(stall: Stall) -> None:
    await stall.shop("present", "P", shipping_fee=0)
    sample = await stall.goods("present", "サンプル", 0, 3)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(sample, 1)])
    placed = await buy(stall, buyer)
    assert placed.due == 0
    assert await stall.value("SELECT state FROM shop_order") == "paid"
    assert await stall.value("SELECT count(*) FROM payments_op") == 0
    assert await stall.stock_of(sample) == (3, 1)


@pytest.mark.req("LC-5.2.4")
async def test_an_order_keeps_its_address(stall: Stall) -> None:
    variant_id = await stall.goods("honten", "口紅", 1000, 3)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, 1)])
    await buy(stall, buyer)
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE core_address SET city = '横浜市' WHERE id = $1", buyer.address_id)
    assert await stall.value("SELECT address ->> 'city' FROM shop_order") == "中央区"


async def test_a_full_cart_of_somebody_else_is_never_ordered(stall: Stall) -> None:
    variant_id = await stall.goods("honten", "口紅", 1000, 3)
    rich, poor = await stall.buyer(), await stall.buyer()
    await stall.fill_cart(rich, [(variant_id, 1)])
    with pytest.raises(Problem) as refused:
        await buy(stall, poor)
    assert refused.value.code == "cart_empty"
