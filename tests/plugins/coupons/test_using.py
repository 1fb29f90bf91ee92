"""A coupon from the code in the cart to its use, its limits in a crowd, and its way back."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from nakamise.contracts.cart import CartInputs
from nakamise.contracts.checkout import OrderDraft, OrderRef, RevertReason
from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.contracts.pricing import Quote
from nakamise.errors import Conflict
from nakamise.ids import new_token, uuid7
from nakamise_coupons.hooks import Hooks
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.expire import expire
from nakamise_shop.checkout.paying import pay
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Pay, Placed, PlaceOrder
from tests.faults.crowd import Told, crowd
from tests.plugins.shop.staff.office import Office
from tests.plugins.shop.stall import Buyer, Stall, Till

CROWD = 50
STAFF = "/api/coupons/staff/coupons"


async def make(office: Office, **fields: Any) -> dict[str, Any]:
    body = {"name": "秋の割引", "kind": "fixed", "amount": 300, "code": "AKI"} | fields
    answer = await office.api.post(STAFF, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def read(office: Office, coupon: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await office.api.get(f"{STAFF}/{coupon['id']}")).json()
    return found


async def shopper(stall: Stall, goods: uuid.UUID, code: str, quantity: int = 1) -> Buyer:
    """With ``code`` in the cart."""
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(goods, quantity)])
    await put(stall, buyer, code)
    return buyer


async def put(stall: Stall, buyer: Buyer, code: str) -> None:
    async with stall.ctx.begin() as tx:
        await stall.ctx_of(buyer).service(CartInputs).set(tx, {"coupons.code": code})


async def order(stall: Stall, buyer: Buyer, fingerprint: str | None = None) -> Placed:
    ctx = stall.ctx_of(buyer)
    seen = fingerprint or (await confirm_view(ctx, buyer.address_id)).fingerprint
    return await place(ctx, new_token(), PlaceOrder(buyer.address_id, seen))


async def take(stall: Stall, buyer: Buyer, quote: Quote) -> None:
    """What checkout does with the plugin, in a transaction of its own."""
    order_id, purchase_id = uuid7(), uuid7()
    ref = OrderRef(order_id, purchase_id, f"LC-{order_id.hex[-6:]}")
    async with stall.ctx.begin() as tx:
        draft = OrderDraft(purchase_id, (ref,), buyer.id, quote.currency, quote)
        await Hooks().checkout_commit(stall.ctx, tx, draft)


async def race(stall: Stall, who: list[Buyer], quote: Quote) -> Told[None]:
    """Eight at once, of these people."""
    return await crowd(8, lambda number: take(stall, who[number % len(who)], quote))


async def quote_of(stall: Stall, buyer: Buyer) -> Quote:
    return (await confirm_view(stall.ctx_of(buyer), buyer.address_id)).quote


@pytest.mark.req("LC-8.7.4", "BX-04")
async def test_limits_hold_in_a_crowd(stall: Stall, office: Office) -> None:
    """Without their conditions they do not: tests/faults/test_races.py."""
    goods = await stall.goods("honten", "口紅", 1000, CROWD)
    coupon = await make(office, total_limit=1, bearer="platform")
    await make(office, code="HITORI", user_limit=1, name="お一人様1回")
    batch = await make(office, code="", batch=3, name="配布")
    await make(office, code="HAJIMETE", first_order_only=True, name="初回A")
    await make(office, code="HATSU", first_order_only=True, name="初回B")
    [single, *_] = [
        one["code"] for one in (await office.api.get(f"{STAFF}/{batch['id']}/codes")).json()["items"]
    ]
    people = [await stall.buyer() for _ in range(3)]
    buyer = await shopper(stall, goods, "AKI")
    quote = await quote_of(stall, buyer)
    told = await crowd(CROWD, lambda number: take(stall, people[number % 3], quote))
    assert (len(told.got), told.codes) == (1, {"coupon_gone"})
    used = await read(office, coupon)
    assert (used["used"], used["use_count"], used["taken"]) == (1, 1, 300)
    assert await stall.value("SELECT bearer FROM coupons_use") == "platform"
    for code, who, refusal in (
        ("HITORI", [buyer], "coupon_used_by_you"),
        (single, people, "coupon_code_used"),
        # Two first orders that race, whatever code each has: both were new when they were priced.
        ("HAJIMETE", [buyer], "coupon_not_first"),
    ):
        await put(stall, buyer, code)
        quote = await quote_of(stall, buyer)
        told = await race(stall, who, quote)
        assert (len(told.got), told.codes) == (1, {refusal})
    await put(stall, buyer, "HATSU")
    quote = await quote_of(stall, buyer)
    told = await crowd(1, lambda _number: take(stall, buyer, quote))
    assert told.codes == {"coupon_not_first"}
    # A single code that was stopped counts no more; the others of its batch do.
    assert (
        await office.api.put(f"{STAFF}/{batch['id']}/codes/{single}", json={"stopped": True})
    ).status_code == 204


@pytest.mark.req("LC-8.7.4", "LC-8.7.6")
async def test_the_use_comes_back_once_and_a_used_coupon_is_archived(stall: Stall, office: Office) -> None:
    goods = await stall.goods("honten", "口紅", 1000, 10)
    await stall.shop("hanare", "HN")
    far = await stall.goods("hanare", "薔薇茶", 2000, 10)
    coupon = await make(office, total_limit=1, user_limit=1, first_order_only=True)
    buyer = await shopper(stall, goods, "AKI")
    await stall.fill_cart(buyer, [(far, 1)])
    placed = await order(stall, buyer)
    assert placed.due == 3000 - 300 + 2 * 550
    refs = [OrderRef(one.id, placed.purchase_id, one.number) for one in placed.orders]
    # One of the two orders that it lowered is given up: the other keeps the use.
    with pytest.raises(Conflict):
        async with stall.ctx.begin() as tx:
            await Hooks().checkout_revert(stall.ctx, tx, refs[0], RevertReason.CANCELLED)
            assert await tx.value("SELECT used FROM coupons_person") == 1
            raise Conflict("undone")
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_purchase SET expires_at = now() - interval '1 second'")
    assert await expire(stall.ctx, placed.purchase_id)
    for _ in range(2):
        async with stall.ctx.begin() as tx:
            await Hooks().checkout_revert(stall.ctx, tx, refs[0], RevertReason.EXPIRED)
    back = await read(office, coupon)
    assert (back["used"], back["use_count"], back["returned_count"]) == (0, 0, 1)
    assert await stall.value("SELECT count(*) FROM coupons_first") == 0
    assert await stall.value("SELECT used FROM coupons_person") == 0
    # The same person may use it again, and a cart that lost it is told.
    await stall.fill_cart(buyer, [(goods, 1)])
    await put(stall, buyer, "AKI")
    seen = (await confirm_view(stall.ctx_of(buyer), buyer.address_id)).fingerprint
    answer = await office.api.put(f"{STAFF}/{coupon['id']}/on", json={"on": False})
    assert answer.status_code == 200
    told = await crowd(1, lambda _number: order(stall, buyer, seen))
    assert told.codes == {"cart_changed"}
    assert (await office.api.delete(f"{STAFF}/{coupon['id']}")).json() == {"archived": True}
    unused = await make(office, code="HARU")
    assert (await office.api.delete(f"{STAFF}/{unused['id']}")).json() == {"archived": False}
    assert (await office.api.get(f"{STAFF}/{unused['id']}")).status_code == 404


@pytest.mark.req("LC-8.7.4", "LC-5.2.5")
async def test_what_is_taken_out_whole_gives_the_use_back_and_a_return_does_not(
    stall: Stall, office: Office
) -> None:
    """Refunded before anything left is as good as cancelled; refunded after it was sent, the coupon was used."""
    goods = await stall.goods("honten", "口紅", 1000, 10)
    product = str(await stall.value("SELECT product_id FROM shop_variant WHERE id = $1", goods))
    sales = "/api/timesale/staff/sales"
    sale = (await office.api.post(sales, json={"name": "朝の値下げ"})).json()["id"]
    await office.api.post(f"{sales}/{sale}/items", json={"product_id": product, "percent": 10})
    assert (await office.api.put(f"{sales}/{sale}/run", json={"act": "start"})).status_code == 200
    coupon = await make(office, first_order_only=True)
    buyer = await shopper(stall, goods, "AKI", 2)
    undone = await paid(office, buyer)
    counts = (
        "SELECT ARRAY[(SELECT sum(sold) FROM timesale_item), (SELECT count(*) FROM coupons_first)]::int[]"
    )
    for out, used, taken in ((1, 1, [2, 1]), (1, 0, [0, 0])):
        body = {"idem": str(uuid7()), "lines": [{"line_no": 1, "units": out}], "reason": "欠品"}
        answer = await office.api.post(f"/api/shop/staff/orders/{undone}/fewer", json=body)
        assert answer.status_code == 200, answer.text
        assert ((await read(office, coupon))["used"], await stall.value(counts)) == (used, taken)
    await stall.fill_cart(buyer, [(goods, 2)])
    await put(stall, buyer, "AKI")
    sent = await paid(office, buyer)
    parcel = {"carrier": "yamato", "tracking_number": "123456789013"}
    for act, more in (("start", {}), ("shipments", parcel)):
        answer = await office.api.post(f"/api/shop/staff/orders/{sent}/{act}", json={"lines": [1], **more})
        assert answer.status_code in (200, 201), answer.text
    async with stall.ctx.begin() as tx:
        back = RefundOrder(idem=uuid7(), lines=(RefundLine(line_no=1, qty=2),))
        await stall.ctx.service(Orders).refund(tx, sent, back)
    assert ((await read(office, coupon))["used"], await stall.value(counts)) == (1, [2, 1])


async def paid(office: Office, buyer: Buyer) -> uuid.UUID:
    """The order that the cart became."""
    placed = await order(office.stall, buyer)
    await pay(office.stall.ctx_of(buyer), placed.purchase_id, new_token(), Pay("tok_success"))
    return placed.orders[0].id


@pytest.mark.req("LC-8.7.1", "LC-8.7.3", "LC-8.7.7")
async def test_the_buyer_is_told_why_a_code_does_not_count(stall: Stall, office: Office) -> None:
    goods = await stall.goods("honten", "口紅", 1000, 10)
    other = await stall.goods("honten", "美容液", 5000, 10)
    product = await stall.value("SELECT product_id FROM shop_variant WHERE id = $1", other)
    await make(office, min_goods=2000)
    await make(office, code="BIYOU", product_ids=[str(product)], name="美容液だけ")
    await make(office, code="OWARI", ends_at="2026-01-31T23:59:59+09:00", name="終了")
    everybody = {"code": "MINNA", "is_public": True, "kind": "percent", "amount": None, "percent": 10}
    await make(office, name="どなたでも", shop_ids=[str(stall.shops["honten"])], **everybody)
    buyer = await stall.buyer()
    till = Till(office.guest, buyer)
    browser = await office.browser_of(buyer)
    put_code = "/api/coupons/cart"
    empty = await office.guest.put(put_code, json={"code": "aki"}, headers=buyer.headers)
    assert (empty.status_code, empty.json()["code"]) == (409, "no_cart")
    await stall.fill_cart(buyer, [(goods, 1)])
    for code, status, problem in (
        ("nanimo", 409, "coupon_unknown"),
        ("owari", 409, "coupon_over"),
        ("ａｋｉ", 204, None),
    ):
        answer = await office.guest.put(put_code, json={"code": code}, headers=buyer.headers)
        assert answer.status_code == status, answer.text
        assert problem is None or answer.json()["code"] == problem
    page = (await browser.get("/shop/cart")).text
    assert "2,000" in page[page.index('id="coupon"') :]
    assert (await till.confirmation())["quote"]["total"] == 1550  # type: ignore[index]
    answer = await office.guest.put(put_code, json={"code": "BIYOU"}, headers=buyer.headers)
    page = (await browser.get("/shop/cart")).text
    assert "BIYOU" in page
    removed = await browser.post("/coupons/remove")
    assert removed.status_code == 303, removed.text
    assert "coupon=BIYOU" in removed.headers["location"]
    assert 'value="BIYOU"' in (await browser.get(removed.headers["location"].partition("#")[0])).text
    offered = (await office.guest.get("/api/coupons/coupons", headers=buyer.headers)).json()
    assert [(one["code"], one["why"]) for one in offered] == [("MINNA", None)]
    page = (await browser.get("/coupons")).text
    assert "MINNA" in page
    assert "10%" in page
    # What it is for is told before it is used.
    assert "hontenの店" in page[page.index("10%") :]
    chosen = await browser.post("/coupons/choose", data={"code": "minna"})
    assert chosen.status_code == 303
    assert (await till.confirmation())["quote"]["total"] == 1450  # type: ignore[index]
    await a_guest_of_the_api_uses_it(office, goods)
    # Guessing is braked: a wrong code costs a try.
    codes = [
        (await office.guest.put(put_code, json={"code": f"NAI{n}"}, headers=buyer.headers)).status_code
        for n in range(12)
    ]
    assert codes[-1] == 429
    assert set(codes) == {409, 429}


async def a_guest_of_the_api_uses_it(office: Office, goods: uuid.UUID) -> None:
    """Their cart is named by a header, not by a cookie; without it there is no cart to put a code into."""
    app, cart = office.client_for(office.stall.tenant), "/api/shop/cart"
    added = await app.post(f"{cart}/lines", json={"variant_id": str(goods), "quantity": 1})
    mine = {"X-Cart-Token": added.headers["X-Cart-Token"]}
    code = {"code": "MINNA"}
    nowhere = await app.put("/api/coupons/cart", json=code)
    assert (nowhere.status_code, nowhere.json()["code"]) == (409, "no_cart")
    assert (await app.put("/api/coupons/cart", json=code, headers=mine)).status_code == 204
    assert (await app.get(cart, headers=mine)).json()["quote"]["goods"] == 900
    assert (await app.delete("/api/coupons/cart", headers=mine)).status_code == 204
    assert (await app.get(cart, headers=mine)).json()["quote"]["goods"] == 1000


@pytest.mark.req("BX-04", "LC-8.7.5")
async def test_each_shops_shipping_in_the_cart_is_that_of_the_bill(stall: Stall, office: Office) -> None:
    """¥660 and ¥550, free up to ¥550 in all: the groups show what the bill adds up, before and after the coupon."""
    await stall.shop("bekkan", "LB", shipping_fee=660)
    buyer = await stall.buyer()
    goods = [await stall.goods(shop, "品", 1000, 9) for shop in ("honten", "bekkan")]
    await stall.fill_cart(buyer, [(one, 1) for one in goods])
    await make(office, kind="free_shipping", amount=None, cap=550, code="OKURU", name="送料無料")
    await put(stall, buyer, "OKURU")
    browser = await office.browser_of(buyer)
    page = (await browser.get("/shop/cart")).text

    def amounts(pattern: str) -> list[int]:
        return [int(text.replace(",", "")) for text in re.findall(pattern, page)]

    [bill] = amounts(r'data-row="shipping"[^>]*><dt>.*?</dt><dd[^>]*>¥([\d,]+)</dd>')
    fees, off = amounts(r"data-ship>¥([\d,]+)<"), amounts(r"data-ship-off>-¥([\d,]+)<")
    assert (sorted(fees), sum(fees), sum(off)) == ([550, 660], bill, 550)
    assert page.count("送料無料 <strong") == len(off)


@pytest.mark.req("LC-8.7.3", "BX-04")
async def test_an_order_that_is_given_up_leaves_the_coupons_sums(stall: Stall, office: Office) -> None:
    """One purchase, two shops: what came of the coupon is what is left of it, order by order."""
    await stall.shop("bekkan", "LB", shipping_fee=660)
    buyer = await stall.buyer()
    goods = [await stall.goods(shop, "品", price, 9) for shop, price in (("honten", 1000), ("bekkan", 3000))]
    await stall.fill_cart(buyer, [(one, 1) for one in goods])
    coupon = await make(office, amount=400)
    await put(stall, buyer, "AKI")
    till = Till(office.client_for(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    whole = await read(office, coupon)
    assert (whole["sold"], whole["taken"], whole["use_count"]) == (1000 + 550 + 3000 + 660 - 400, 400, 1)
    totals = {one["id"]: one["total"] for one in placed["orders"]}
    dear = max(totals, key=lambda one: totals[one])
    answer = await office.api.post(f"/api/shop/staff/orders/{dear}/cancel", json={"reason": "破損"})
    assert answer.status_code in (200, 201, 204), answer.text
    left = await read(office, coupon)
    assert (left["sold"], left["taken"], left["use_count"]) == (1000 + 550 - 100, 100, 1)
