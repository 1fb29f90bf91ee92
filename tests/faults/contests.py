"""Class D: a crowd, or two who are in each other's way, at one limited thing; and the same with the protection off.

A ``Contest`` says what everybody does, what is left of it afterwards, and which ``Lapse`` would spoil it. Those of the
shop and its plugins are here, those about money in ``contests_money``.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nakamise.contracts.cart import CartInputs
from nakamise.contracts.checkout import OrderDraft, OrderRef
from nakamise.contracts.pricing import Quote
from nakamise.ids import new_token, uuid7
from nakamise_coupons import service as coupons
from nakamise_coupons.hooks import Hooks as CouponHooks
from nakamise_coupons.schemas import NewCoupon
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Placed, PlaceOrder
from nakamise_timesale import service as sales
from nakamise_timesale.hooks import Hooks as SaleHooks
from nakamise_timesale.schemas import ItemInput, SaleInput
from tests.faults.careless import Careless, Drop, Lapse
from tests.faults.crowd import Told, crowd, until_told
from tests.plugins.shop.stall import Buyer, Stall

# One of the crowd does its part, seen through this stall.
Act = Callable[[Stall, Careless], Awaitable[object]]
NO_LOCKS: Final[Mapping[str, str]] = {" FOR UPDATE OF payments_op": "", " FOR UPDATE": ""}


@dataclass
class Contest:
    """``count`` is what happened in the end and must be ``limit``; ``refusals`` are what those who get nothing may be
    told."""

    acts: Sequence[Act]
    count: Callable[[], Awaitable[object]]
    limit: int
    refusals: frozenset[str] = frozenset()

    async def run(self, view: Stall, careless: Careless) -> Told[object]:
        """All at once, as seen through ``view``."""
        return await crowd(len(self.acts), lambda number: self.acts[number](view, careless))


async def shopper(stall: Stall, variant_id: uuid.UUID, quantity: int = 1, code: str = "") -> Act:
    """Somebody who has seen the confirmation and orders."""
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, quantity)])
    if code:
        async with stall.ctx.begin() as tx:
            await stall.ctx_of(buyer).service(CartInputs).set(tx, {"coupons.code": code})
    return await _orders(stall, buyer, new_token())


async def _orders(stall: Stall, buyer: Buyer, key: str) -> Act:
    seen = await until_told(lambda: confirm_view(stall.ctx_of(buyer), buyer.address_id))
    wanted = PlaceOrder(buyer.address_id, seen.fingerprint)

    async def act(seen_by: Stall, _: Careless) -> Placed:
        return await place(seen_by.ctx_of(buyer), key, wanted)

    return act


def sold(stall: Stall, variant_id: uuid.UUID) -> Callable[[], Awaitable[object]]:
    """Pieces in orders that stand."""
    return lambda: stall.value(
        "SELECT coalesce(sum(l.qty), 0)::int FROM shop_order_line l JOIN shop_order o ON o.id = l.order_id"
        " WHERE l.variant_id = $1 AND o.state IN ('pending', 'paid')",
        variant_id,
    )


# --- stock, keys, prices -----------------------------------------------------------------------------------------


async def last_piece(stall: Stall, size: int) -> Contest:
    variant_id = await stall.goods("honten", "最後の一点", 1000, 1)
    acts = [await shopper(stall, variant_id) for _ in range(size)]
    return Contest(acts, sold(stall, variant_id), 1, frozenset({"sold_out", "cart_trouble"}))


NO_STOCK_RULE: Final = Lapse(
    cuts={" AND s.on_hand - s.reserved >= w.qty": ""},
    drops=(Drop("shop_stock", "reserved <= on_hand"),),
    meet=("INSERT INTO shop_order_counter",),
)


async def one_key(stall: Stall, size: int) -> Contest:
    """The same request again and again: everybody is told of the one purchase. Counted are those who are not."""
    variant_id = await stall.goods("honten", "一度だけ", 1000, size)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, 1)])
    key = new_token()
    act = await _orders(stall, buyer, key)
    untold: list[object] = []

    async def asks(seen_by: Stall, careless: Careless) -> None:
        try:
            await act(seen_by, careless)
        except Exception as refused:
            if getattr(refused, "code", "") == "line_wait":
                raise
            untold.append(refused)

    async def count() -> object:
        placed = await stall.value("SELECT count(*)::int FROM shop_purchase WHERE buyer_id = $1", buyer.id)
        assert placed == 1, "the cart is a second protection"
        return len(untold)

    return Contest([asks] * size, count, 0)


NO_KEY: Final = Lapse(
    cuts={" ON CONFLICT (actor_id, key) DO NOTHING": ""},
    drops=(Drop("shop_idempotency", "PRIMARY KEY (actor_id, key)", "TRUNCATE shop_idempotency"),),
)


async def price_change(stall: Stall, _size: int) -> Contest:
    """The price changes after checkout has read it and before it is written: nothing is ordered at the old one."""
    variant_id = await stall.goods("honten", "値上げ", 1000, 5)
    orders = await shopper(stall, variant_id)

    async def raises_price(seen_by: Stall, careless: Careless) -> None:
        await careless.somebody_waits.wait()
        async with seen_by.ctx.begin() as tx:
            await tx.execute("UPDATE shop_variant SET price = 1200 WHERE id = $1", variant_id)
        await careless.come()

    return Contest([orders, raises_price], sold(stall, variant_id), 0, frozenset({"cart_changed"}))


# The meeting is the race here: with the protection on it happens, too.
PRICE_MEETS: Final = Lapse(meet=("DELETE FROM shop_cart_line l USING",))
NO_PRICE_RULE: Final = Lapse(cuts={" AND v.price = seen.price": ""}, meet=PRICE_MEETS.meet)


# --- coupons and sales: what checkout does with the plugins, in a transaction of its own each ------------------------


async def _quote(stall: Stall, variant_id: uuid.UUID, code: str = "") -> tuple[Buyer, Quote]:
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, 1)])
    if code:
        async with stall.ctx.begin() as tx:
            await stall.ctx_of(buyer).service(CartInputs).set(tx, {"coupons.code": code})
    return buyer, (await until_told(lambda: confirm_view(stall.ctx_of(buyer), buyer.address_id))).quote


def _takes(hooks: Any, buyer_id: uuid.UUID, quote: Quote) -> Act:
    async def act(seen_by: Stall, _: Careless) -> None:
        order_id, purchase_id = uuid7(), uuid7()
        ref = OrderRef(order_id, purchase_id, f"LC-{order_id.hex[-6:]}")
        async with seen_by.ctx.begin() as tx:
            draft = OrderDraft(purchase_id, (ref,), buyer_id, quote.currency, quote)
            await hooks.checkout_commit(seen_by.ctx, tx, draft)

    return act


async def _coupon(stall: Stall, size: int, refusal: str, *, alone: bool, **terms: Any) -> Contest:
    """``alone``: one buyer in many windows; else everybody is somebody else."""
    variant_id = await stall.goods("honten", "割引", 1000, 9)
    async with stall.ctx.begin() as tx:
        given = NewCoupon(name="競争", kind="fixed", amount=300, **terms)
        coupon_id = await coupons.create(stall.ctx, tx, given)
    code = await stall.value("SELECT min(code) FROM coupons_code WHERE coupon_id = $1", coupon_id)
    buyer, quote = await _quote(stall, variant_id, str(code))
    assert quote.goods == 700
    people = [buyer.id if alone else (await stall.buyer()).id for _ in range(size)]
    used = "SELECT count(*)::int FROM coupons_use WHERE coupon_id = $1 AND reverted_at IS NULL"
    acts = [_takes(CouponHooks(), one, quote) for one in people]
    return Contest(acts, lambda: stall.value(used, coupon_id), 1, frozenset({refusal}))


async def coupon_total(stall: Stall, size: int) -> Contest:
    return await _coupon(stall, size, "coupon_gone", alone=False, total_limit=1)


async def coupon_person(stall: Stall, size: int) -> Contest:
    return await _coupon(stall, size, "coupon_used_by_you", alone=True, user_limit=1)


async def coupon_code(stall: Stall, size: int) -> Contest:
    return await _coupon(stall, size, "coupon_code_used", alone=False, batch=2)


async def coupon_first(stall: Stall, size: int) -> Contest:
    return await _coupon(stall, size, "coupon_not_first", alone=True, first_order_only=True)


COUPON_LAPSES: Final = {
    "total": Lapse(
        cuts={"AND (c.total_limit IS NULL OR c.used < c.total_limit)": ""},
        drops=(Drop("coupons_coupon", "used <= total_limit"),),
    ),
    "person": Lapse(cuts={"$3::int IS NULL OR p.used < $3": "$3::int IS NULL OR true"}),
    "code": Lapse(
        cuts={"AND (uses_max IS NULL OR used < uses_max)": ""},
        drops=(Drop("coupons_code", "used <= uses_max"),),
    ),
    "first": Lapse(
        drops=(Drop("coupons_first", "PRIMARY KEY", "TRUNCATE coupons_first"),),
    ),
}


async def _sale(
    stall: Stall, size: int, refusal: str, *, quantity: int | None = None, per_person: int | None = None
) -> Contest:
    variant_id = await stall.goods("honten", "夜市", 1000, 9)
    product_id = await stall.value("SELECT product_id FROM shop_variant WHERE id = $1", variant_id)
    assert isinstance(product_id, uuid.UUID)
    async with stall.ctx.begin() as tx:
        sale_id = await sales.create(stall.ctx, tx, SaleInput(name="夜市", per_person=per_person))
        item = ItemInput(product_id=product_id, price=800, quantity=quantity)
        item_id = await sales.add_item(stall.ctx, tx, sale_id, item)
    async with stall.ctx.begin() as tx:
        await sales.start(stall.ctx, tx, sale_id)
    buyer, quote = await _quote(stall, variant_id)
    assert quote.goods == 800
    people = [buyer.id if per_person else (await stall.buyer()).id for _ in range(size)]
    taken = "SELECT coalesce(sum(quantity), 0)::int FROM timesale_taken WHERE item_id = $1 AND reverted_at IS NULL"
    acts = [_takes(SaleHooks(), one, quote) for one in people]
    return Contest(acts, lambda: stall.value(taken, item_id), 1, frozenset({refusal}))


async def sale_pieces(stall: Stall, size: int) -> Contest:
    return await _sale(stall, size, "sale_gone", quantity=1)


async def sale_person(stall: Stall, size: int) -> Contest:
    return await _sale(stall, size, "sale_limit", per_person=1)


NO_PIECES_RULE: Final = Lapse(
    cuts={"AND (i.quantity IS NULL OR i.sold + $2 <= i.quantity)": ""},
    drops=(Drop("timesale_item", "sold <= quantity"),),
)
NO_PERSON_RULE: Final = Lapse(cuts={"WHERE $4::int IS NULL OR p.taken + excluded.taken <= $4": ""})
