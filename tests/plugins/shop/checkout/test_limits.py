"""What one person may have, and when it is sold: refused in the cart, and again by the order itself."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from nakamise.errors import Problem
from nakamise.testing.fixtures import ClientFor
from nakamise_shop.checkout import idempotency, intent, limits
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.limits import OverPersonLimit
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Placed, PlaceOrder
from nakamise_shop.checkout.writing import write
from tests.plugins.shop.stall import Buyer, Stall, insert

SET = "UPDATE shop_product p SET {} FROM shop_variant v WHERE v.product_id = p.id AND v.id = $1"


async def rule(stall: Stall, variant_id: uuid.UUID, columns: str) -> None:
    async with stall.ctx.begin() as tx:
        await tx.execute(SET.format(columns), variant_id)


async def sister(stall: Stall, variant_id: uuid.UUID) -> uuid.UUID:
    """Another variant of the same product."""
    id_ = uuid.uuid4()
    async with stall.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO shop_variant (id, product_id, shop_id, sku, name, price)"
            " SELECT $2, product_id, shop_id, sku || '-B', '別の色', price FROM shop_variant WHERE id = $1",
            *(variant_id, id_),
        )
        await insert(tx, "shop_stock", {"variant_id": id_, "on_hand": 10})
    return id_


async def order(stall: Stall, buyer: Buyer, goods: list[tuple[uuid.UUID, int]]) -> Placed:
    await stall.fill_cart(buyer, goods)
    ctx = stall.ctx_of(buyer)
    seen = await confirm_view(ctx, buyer.address_id)
    return await place(ctx, uuid.uuid4().hex, PlaceOrder(buyer.address_id, seen.fingerprint))


async def add(
    client: httpx.AsyncClient, buyer: Buyer, variant_id: uuid.UUID, quantity: int = 1
) -> httpx.Response:
    body = {"variant_id": str(variant_id), "quantity": quantity}
    return await client.post("/api/shop/cart/lines", json=body, headers=buyer.headers)


async def code_of(act: Any) -> str:
    try:
        await act
    except Problem as refused:
        return refused.code
    return ""


@pytest.mark.req("CL-10", "GL-25")
async def test_limits_hold_for_all_variants_together_and_over_earlier_orders(
    stall: Stall, client: ClientFor
) -> None:
    red = await stall.goods("honten", "お試し紅", 0, 10)
    plum = await sister(stall, red)
    await rule(stall, red, "kind = 'sample', per_person_limit = 2, per_person_days = 30, per_order_limit = 2")
    buyer, web = await stall.buyer(), client(stall.tenant)
    assert (await add(web, buyer, red, 1)).status_code == 201
    assert (await add(web, buyer, plum, 1)).status_code == 201
    third = await add(web, buyer, plum, 1)
    assert (third.status_code, third.json()["code"]) == (409, "not_enough")
    ctx = stall.ctx_of(buyer)
    seen = await confirm_view(ctx, buyer.address_id)
    await place(ctx, "first", PlaceOrder(buyer.address_id, seen.fingerprint))
    more = await add(web, buyer, red)
    assert more.json()["detail"] == "これまでのご注文と合わせて、お一人様2点までです。"
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_order SET state = 'closed' WHERE buyer_id = $1", buyer.id)
    assert (await add(web, buyer, red)).status_code == 409, "what was kept past the return window counts"
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_order SET state = 'pending' WHERE buyer_id = $1", buyer.id)
    # Somebody else may, and after thirty days the same person.
    other = await stall.buyer()
    assert (await add(web, other, red)).status_code == 201
    async with stall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE shop_order SET placed_at = placed_at - interval '31 days' WHERE buyer_id = $1", buyer.id
        )
    assert (await order(stall, buyer, [(red, 2)])).due == 550
    # Past the cart, with a quantity that was put there before the limit: the cart is in trouble.
    await stall.fill_cart(buyer, [(plum, 2)])
    assert await code_of(confirm_view(ctx, buyer.address_id)) == "cart_trouble"
    cart = (await web.get("/api/shop/cart", headers=buyer.headers)).json()
    assert cart["groups"][0]["lines"][0]["bought"] == 2


@pytest.mark.req("CL-10", "LC-4.2.10")
async def test_orders_of_one_person_at_once_keep_the_limit(stall: Stall) -> None:
    """Twelve windows of one buyer; the negative control counts without waiting for the others."""
    variant_id = await stall.goods("honten", "お一人様2点", 1000, 50)
    await rule(stall, variant_id, "per_person_limit = 2")
    product_id = await stall.value("SELECT product_id FROM shop_variant WHERE id = $1", variant_id)
    assert isinstance(product_id, uuid.UUID)
    buyer = await stall.buyer()
    first = await order(stall, buyer, [(variant_id, 1)])
    everybody_has_looked = asyncio.Barrier(4)
    copy = "INSERT INTO {} SELECT * FROM jsonb_populate_recordset(NULL::{}, (SELECT jsonb_agg(to_jsonb(r) || $2) FROM {} r WHERE {} = $1))"

    async def another(is_careful: bool) -> None:
        """An order like the first one, written as an order's transaction writes it."""
        id_ = uuid.uuid4()
        async with stall.ctx.begin() as tx:
            if is_careful:
                await limits.take(tx, buyer.id, {product_id: 1})
            else:
                sql = limits.bought_sql("$1", "$2", "NULL::int")
                assert await tx.value(f"SELECT {sql}", buyer.id, product_id) < 2
                await everybody_has_looked.wait()
            new = {"id": str(id_), "number": id_.hex}
            await tx.execute(
                copy.format("shop_order", "shop_order", "shop_order", "r.id"), first.orders[0].id, new
            )
            line = {"order_id": str(id_)}
            await tx.execute(
                copy.format("shop_order_line", "shop_order_line", "shop_order_line", "r.order_id"),
                *(first.orders[0].id, line),
            )

    count = "SELECT count(*)::int FROM shop_order_line WHERE product_id = $1"
    answers = await asyncio.gather(*(another(True) for _ in range(12)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in answers) == ["NoneType", *["OverPersonLimit"] * 11]
    assert await stall.value(count, product_id) == 2
    async with stall.ctx.begin() as tx:
        await tx.execute("DELETE FROM shop_order_line WHERE order_id <> $1", first.orders[0].id)
        await tx.execute("DELETE FROM shop_order WHERE id <> $1", first.orders[0].id)
    await asyncio.gather(*(another(False) for _ in range(4)))
    assert await stall.value(count, product_id) == 5 > 2
    async with stall.ctx.begin() as tx:
        await tx.execute("DELETE FROM shop_order_line WHERE order_id <> $1", first.orders[0].id)
        await tx.execute("DELETE FROM shop_order WHERE id <> $1", first.orders[0].id)


@pytest.mark.req("CL-10")
async def test_the_order_itself_asks_again(stall: Stall) -> None:
    """Two windows have confirmed before one of them orders; the other is refused by the writing itself."""
    variant_id = await stall.goods("honten", "限定", 1000, 10)
    buyer = await stall.buyer()
    await rule(stall, variant_id, "per_person_limit = 1")
    product_id = await stall.value("SELECT product_id FROM shop_variant WHERE id = $1", variant_id)
    assert isinstance(product_id, uuid.UUID)
    await stall.fill_cart(buyer, [(variant_id, 1)])
    ctx = stall.ctx_of(buyer)
    wanted = PlaceOrder(buyer.address_id, (await confirm_view(ctx, buyer.address_id)).fingerprint)
    async with ctx.read() as tx:
        both = [await intent.read(ctx, tx, key, key, wanted) for key in ("first", "second")]
    [placed] = await _write(both[0])
    with pytest.raises(OverPersonLimit):
        await _write(both[1])
    assert await stall.value("SELECT count(*)::int FROM shop_order") == 1
    with pytest.raises(OverPersonLimit):
        async with stall.ctx.begin() as tx:
            await limits.take(tx, buyer.id, {product_id: 1})
    # Late money of an expired purchase: what was given to somebody else in between is not given twice.
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_order SET state = 'expired' WHERE purchase_id = $1", placed.purchase_id)
        await limits.take_again(tx, placed.purchase_id, buyer.id)
        await tx.execute("UPDATE shop_order SET state = 'pending' WHERE purchase_id = $1", placed.purchase_id)


async def _write(one: intent.Intent) -> list[Placed]:
    async with one.ctx.begin() as tx:
        await idempotency.claim(tx, one.buyer_id, one.key, one.fingerprint)
        return await write(tx, [one], one.now.quote.priced_at)


@pytest.mark.req("CL-23")
async def test_before_and_after_its_time_nothing_is_sold(stall: Stall, client: ClientFor) -> None:
    variant_id = await stall.goods("honten", "冬の限定", 1000, 10)
    web, buyer = client(stall.tenant), await stall.buyer()
    slug = await stall.value(
        "SELECT p.slug FROM shop_product p JOIN shop_variant v ON v.product_id = p.id WHERE v.id = $1",
        variant_id,
    )
    path = f"/shop/products/{slug}"
    await rule(stall, variant_id, "sale_from = now() + interval '1 hour'")
    page = (await web.get(path)).text
    assert "販売開始前" in page
    assert "から販売します" in page
    assert page.count("data-shop-submit disabled") == 2
    assert "販売開始前" in (await web.get("/shop/products")).text
    early = await add(web, buyer, variant_id)
    assert (early.status_code, early.json()["code"]) == (409, "not_on_sale")
    assert (await web.get("/api/shop/products", params={"in_stock": "true"})).json()["total"] == 0

    await rule(
        stall, variant_id, "sale_from = now() - interval '1 hour', sale_until = now() + interval '1 hour'"
    )
    assert (await add(web, buyer, variant_id)).status_code == 201
    ctx = stall.ctx_of(buyer)
    seen = await confirm_view(ctx, buyer.address_id)
    await rule(stall, variant_id, "sale_until = now()")
    late = place(ctx, "too-late", PlaceOrder(buyer.address_id, seen.fingerprint))
    assert await code_of(late) == "cart_trouble"
    assert await stall.value("SELECT count(*) FROM shop_purchase") == 0
    ended = (await web.get(path)).text
    assert "販売終了" in ended
    assert ended.count("data-shop-submit disabled") == 2
