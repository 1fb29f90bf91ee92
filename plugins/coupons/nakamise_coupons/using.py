"""A use of a coupon: taken in the order's transaction by conditional writes, given back once.

Rows are locked in one order everywhere: coupon, code, person.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.contracts.checkout import OrderDraft, OrderRef
from nakamise.contracts.pricing import Applied, ShopQuote
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_coupons.words import DOMAIN

_COUPON: Final = """
UPDATE coupons_coupon c SET used = c.used + 1
FROM coupons_code k
WHERE k.code = $1 AND c.id = k.coupon_id AND c.is_on AND c.archived_at IS NULL
  AND (c.starts_at IS NULL OR c.starts_at <= $2)
  AND (c.ends_at IS NULL OR $2 < date_trunc('second', c.ends_at) + interval '1 second')
  AND (c.total_limit IS NULL OR c.used < c.total_limit)
RETURNING c.id, c.user_limit, c.first_order_only, c.bearer
"""
_CODE: Final = """
UPDATE coupons_code SET used = used + 1
WHERE code = $1 AND stopped_at IS NULL AND (uses_max IS NULL OR used < uses_max)
"""
_PERSON: Final = """
INSERT INTO coupons_person AS p (coupon_id, user_id, used) VALUES ($1, $2, 1)
ON CONFLICT (coupon_id, user_id) DO UPDATE SET used = p.used + 1 WHERE $3::int IS NULL OR p.used < $3
"""
_FIRST: Final = "INSERT INTO coupons_first (user_id, purchase_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_USE: Final = """
INSERT INTO coupons_use AS u (purchase_id, coupon_id, code, user_id, amount, currency, bearer, order_numbers,
                              open_orders, sold, sums, used_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now())
ON CONFLICT (purchase_id) DO UPDATE SET coupon_id = excluded.coupon_id, code = excluded.code,
    user_id = excluded.user_id, amount = excluded.amount, bearer = excluded.bearer,
    order_numbers = excluded.order_numbers, open_orders = excluded.open_orders, sold = excluded.sold,
    sums = excluded.sums, used_at = excluded.used_at, reverted_at = NULL
WHERE u.reverted_at IS NOT NULL
"""
_LET_GO: Final = """
UPDATE coupons_use SET open_orders = array_remove(open_orders, $2::uuid),
    reverted_at = CASE WHEN cardinality(array_remove(open_orders, $2::uuid)) = 0 THEN (SELECT now()) END
WHERE purchase_id = $1 AND $2::uuid = ANY(open_orders)
RETURNING coupon_id, code, user_id, reverted_at IS NOT NULL AS is_over
"""


class _Taken(msgspec.Struct, frozen=True):
    id: uuid.UUID
    user_limit: int | None
    first_order_only: bool
    bearer: str


class _Gone(msgspec.Struct, frozen=True):
    coupon_id: uuid.UUID
    code: str
    user_id: uuid.UUID | None
    is_over: bool


async def take(tx: Tx, order: OrderDraft) -> None:
    """The use of the coupon that lowered ``order``, if one did. Raises Conflict when none is left for this buyer."""
    mine = _mine(order.quote.applied)
    if not mine:
        return
    code = mine[0].adjustment.code
    taken = await tx.first(_Taken, _COUPON, code, order.quote.priced_at)
    if taken is None:
        raise _gone(
            "coupon_gone", N_("This coupon has just been used up or has ended. Please check your cart.")
        )
    used = _gone("coupon_code_used", N_("This code was used already. Please check your cart."))
    await tx.must_touch_one(used, _CODE, code)
    often = _gone("coupon_used_by_you", N_("You have used this coupon as often as it allows."))
    await tx.must_touch_one(often, _PERSON, taken.id, order.buyer_id, taken.user_limit)
    if taken.first_order_only:
        first = _gone("coupon_not_first", N_("This coupon is for first orders only."))
        await tx.must_touch_one(first, _FIRST, order.buyer_id, order.purchase_id)
    await _note(tx, order, taken, code, sum(one.taken for one in mine))


async def _note(tx: Tx, order: OrderDraft, taken: _Taken, code: str, amount: int) -> None:
    pairs = zip(order.orders, order.quote.shops, strict=True)
    lowered = [(ref, shop) for ref, shop in pairs if _is_lowered(shop)]
    twice = _gone("coupon_twice", N_("This purchase has used its coupon already."))
    await tx.must_touch_one(
        twice,
        _USE,
        order.purchase_id,
        taken.id,
        code,
        order.buyer_id,
        amount,
        order.currency,
        taken.bearer,
        [ref.number for ref, _ in lowered],
        [ref.id for ref, _ in lowered],
        sum(shop.total for _, shop in lowered),
        {str(ref.id): [shop.total, _taken_off(shop)] for ref, shop in lowered},
    )


def _mine(applied: Sequence[Applied]) -> list[Applied]:
    return [one for one in applied if one.plugin_id == DOMAIN and one.taken]


def _is_lowered(shop: ShopQuote) -> bool:
    return _taken_off(shop) > 0


def _taken_off(shop: ShopQuote) -> int:
    parts = [part for line in shop.lines for part in line.parts] + list(shop.shipping.parts)
    return sum(part.amount for part in parts if part.plugin_id == DOMAIN)


def _gone(code: str, message: str) -> Conflict:
    return Conflict(message, code=code, domain=DOMAIN)


async def give_back(_ctx: TenantCtx, tx: Tx, order: OrderRef) -> None:
    """An order that the coupon lowered is given up; with the last of them the use comes back. Once each."""
    gone = await tx.first(_Gone, _LET_GO, order.purchase_id, order.id)
    if gone is None or not gone.is_over:
        return
    await tx.execute("UPDATE coupons_coupon SET used = used - 1 WHERE id = $1", gone.coupon_id)
    await tx.execute("UPDATE coupons_code SET used = used - 1 WHERE code = $1", gone.code)
    await tx.execute(
        "UPDATE coupons_person SET used = used - 1 WHERE coupon_id = $1 AND user_id = $2",
        gone.coupon_id,
        gone.user_id,
    )
    await tx.execute("DELETE FROM coupons_first WHERE purchase_id = $1", order.purchase_id)
