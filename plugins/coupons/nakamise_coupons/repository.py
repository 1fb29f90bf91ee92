"""Reading and writing coupons."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise_coupons.domain.rules import Presented, Scope
from nakamise_coupons.schemas import (
    Code,
    Coupon,
    CouponFilter,
    CouponInput,
    StaffCoupon,
    Use,
)

_TERMS: Final = (
    "c.name, c.name_en, c.kind, c.percent, c.amount, c.cap, c.min_goods, c.total_limit, c.user_limit, c.used, c.starts_at,"
    " c.ends_at, c.first_order_only, c.broadcast_id, c.bearer, c.is_on, c.archived_at"
)
_COUPON: Final = (
    f"c.id, {_TERMS}, c.is_batch, c.is_public, c.created_at, c.version, count(*) OVER () AS total,"  # noqa: S608 (our own text)
    " (SELECT count(*) FROM coupons_code k WHERE k.coupon_id = c.id)::int AS code_count,"
    " coalesce((SELECT k.code FROM coupons_code k WHERE k.coupon_id = c.id AND NOT c.is_batch"
    " ORDER BY k.created_at, k.code LIMIT 1), '') AS code"
)
_STATE: Final = """
CASE WHEN c.archived_at IS NOT NULL THEN 'archived' WHEN NOT c.is_on THEN 'off'
     WHEN date_trunc('second', c.ends_at) + interval '1 second' <= $3 THEN 'ended'
     WHEN c.used >= c.total_limit THEN 'used_up' WHEN c.starts_at > $3 THEN 'scheduled' ELSE 'running' END
"""
_LIST: Final = f"""
SELECT {_COUPON} FROM coupons_coupon c
WHERE ($1 = '' OR concat_ws(' ', c.name, c.name_en) ILIKE '%' || $1 || '%' OR EXISTS (
        SELECT 1 FROM coupons_code k WHERE k.coupon_id = c.id AND k.code LIKE '%' || upper($1) || '%'))
  AND CASE WHEN $2 = '' THEN c.archived_at IS NULL ELSE {_STATE} = $2 END
  AND ($6::uuid[] IS NULL OR c.id = ANY($6))
ORDER BY c.created_at DESC, c.id LIMIT $4 OFFSET $5
"""  # noqa: S608 (our own text)
_PUBLIC: Final = f"""
SELECT {_COUPON} FROM coupons_coupon c
WHERE c.is_public AND c.is_on AND c.archived_at IS NULL
  AND (c.ends_at IS NULL OR date_trunc('second', c.ends_at) + interval '1 second' > $1)
ORDER BY c.ends_at NULLS LAST, c.created_at DESC, c.id LIMIT 100
"""  # noqa: S608 (our own text)
_ONE: Final = f"""
SELECT {_COUPON},
       ARRAY(SELECT target_id FROM coupons_scope s WHERE s.coupon_id = c.id AND s.kind = 'product') AS product_ids,
       ARRAY(SELECT target_id FROM coupons_scope s WHERE s.coupon_id = c.id AND s.kind = 'category') AS category_ids,
       ARRAY(SELECT target_id FROM coupons_scope s WHERE s.coupon_id = c.id AND s.kind = 'shop') AS shop_ids,
       (SELECT count(*) FROM coupons_use u WHERE u.coupon_id = c.id AND u.reverted_at IS NULL)::int AS use_count,
       (SELECT count(*) FROM coupons_use u WHERE u.coupon_id = c.id AND u.reverted_at IS NOT NULL)::int
           AS returned_count,
       kept.taken, kept.sold
FROM coupons_coupon c
CROSS JOIN LATERAL (
    SELECT coalesce(sum(coalesce(mine.taken, u.amount)), 0)::bigint AS taken,
           coalesce(sum(coalesce(mine.sold, u.sold)), 0)::bigint AS sold
    FROM coupons_use u
    CROSS JOIN LATERAL (
        SELECT sum((u.sums -> o::text ->> 0)::bigint) AS sold, sum((u.sums -> o::text ->> 1)::bigint) AS taken
        FROM unnest(u.open_orders) o) mine
    WHERE u.coupon_id = c.id AND u.reverted_at IS NULL) kept
WHERE c.id = $1
"""  # noqa: S608 (our own text)
_PRESENTED: Final = f"""
SELECT k.coupon_id, k.code, k.uses_max, k.used AS code_used, k.stopped_at, {_TERMS},
       coalesce((SELECT p.used FROM coupons_person p WHERE p.coupon_id = c.id AND p.user_id = $2), 0) AS used_by_buyer
FROM coupons_code k JOIN coupons_coupon c ON c.id = k.coupon_id WHERE k.code = $1
"""  # noqa: S608 (our own text)
_COLUMNS: Final = (
    "name", "name_en", "kind", "percent", "amount", "cap", "min_goods", "total_limit", "user_limit", "starts_at", "ends_at",
    "first_order_only", "broadcast_id", "bearer", "is_public",
)  # fmt: skip
_MARKS: Final = ", ".join(f"${n}" for n in range(3, len(_COLUMNS) + 3))
_INSERT: Final = f"INSERT INTO coupons_coupon (id, is_batch, {', '.join(_COLUMNS)}) VALUES ($1, $2, {_MARKS})"  # noqa: S608 (our own text)
# A limit below what was used already touches no row.
_UPDATE: Final = f"""
UPDATE coupons_coupon SET ({", ".join(_COLUMNS)}) = ({_MARKS}), updated_at = now(), version = version + 1
WHERE id = $1 AND version = $2 AND archived_at IS NULL
"""  # noqa: S608 (our own text)
_SCOPES: Final = """
SELECT coupon_id, coalesce(array_agg(target_id) FILTER (WHERE kind = 'product'), '{}') AS products,
       coalesce(array_agg(target_id) FILTER (WHERE kind = 'category'), '{}') AS categories,
       coalesce(array_agg(target_id) FILTER (WHERE kind = 'shop'), '{}') AS shops
FROM coupons_scope WHERE coupon_id = ANY($1) GROUP BY coupon_id
"""
_CODES: Final = """
SELECT code, uses_max, used, stopped_at, created_at FROM coupons_code WHERE coupon_id = $1
ORDER BY created_at, code LIMIT $2 OFFSET $3
"""
_USES: Final = """
SELECT purchase_id, code, order_numbers, amount, sold, bearer, used_at, reverted_at FROM coupons_use WHERE coupon_id = $1
ORDER BY used_at DESC, purchase_id LIMIT $2 OFFSET $3
"""


class _Limits(msgspec.Struct, frozen=True):
    coupon_id: uuid.UUID
    products: frozenset[uuid.UUID]
    categories: frozenset[uuid.UUID]
    shops: frozenset[uuid.UUID]


class _Counted(Coupon, frozen=True, kw_only=True):
    total: int


async def coupons(
    tx: Tx, wanted: CouponFilter, at: datetime, size: int, among: Sequence[uuid.UUID] | None
) -> tuple[list[Coupon], int]:
    """One page, and how many match in all; without a state those that are not archived. ``among`` None: all."""
    state = wanted.state.value if wanted.state else ""
    offset = (wanted.page - 1) * size
    rows = await tx.all(_Counted, _LIST, _literal(wanted.q), state, at, size, offset, among)
    return list(rows), rows[0].total if rows else 0


def _literal(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


async def public_coupons(tx: Tx, at: datetime) -> list[Coupon]:
    return list(await tx.all(_Counted, _PUBLIC, at))


async def find(tx: Tx, coupon_id: uuid.UUID) -> StaffCoupon | None:
    return await tx.first(StaffCoupon, _ONE, coupon_id)


async def presented(tx: Tx, code: str, user_id: uuid.UUID | None) -> Presented | None:
    return await tx.first(Presented, _PRESENTED, code, user_id)


async def scope_of(tx: Tx, coupon_id: uuid.UUID) -> Scope:
    return (await scopes_of(tx, [coupon_id])).get(coupon_id, Scope())


async def scopes_of(tx: Tx, coupon_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Scope]:
    """By coupon; one that is for everything is missing."""
    return {
        one.coupon_id: Scope(one.products, one.categories, one.shops)
        for one in await tx.all(_Limits, _SCOPES, list(coupon_ids))
    }


async def borne_by_shops(tx: Tx) -> list[uuid.UUID]:
    return await tx.values("SELECT id FROM coupons_coupon WHERE bearer = 'shop'")


async def insert(tx: Tx, coupon_id: uuid.UUID, given: CouponInput, *, is_batch: bool) -> None:
    await tx.execute(_INSERT, coupon_id, is_batch, *_values(given))
    await _write_scope(tx, coupon_id, given)


async def update(tx: Tx, coupon_id: uuid.UUID, version: int, given: CouponInput) -> bool:
    """False when ``version`` is no longer the newest, or it is archived."""
    if await tx.execute(_UPDATE, coupon_id, version, *_values(given)) != 1:
        return False
    await tx.execute("DELETE FROM coupons_scope WHERE coupon_id = $1", coupon_id)
    await _write_scope(tx, coupon_id, given)
    return True


def _values(given: CouponInput) -> list[object]:
    return [getattr(given, name) for name in _COLUMNS]


async def _write_scope(tx: Tx, coupon_id: uuid.UUID, given: CouponInput) -> None:
    targets: dict[str, Sequence[uuid.UUID]] = {
        "product": given.product_ids,
        "category": given.category_ids,
        "shop": given.shop_ids,
    }
    rows: list[tuple[object, ...]] = [
        (coupon_id, kind, target) for kind, ids in targets.items() for target in dict.fromkeys(ids)
    ]
    await tx.execute_many("INSERT INTO coupons_scope (coupon_id, kind, target_id) VALUES ($1, $2, $3)", rows)


async def add_codes(tx: Tx, coupon_id: uuid.UUID, codes: Sequence[str], uses_max: int | None) -> int:
    """How many were new; those that somebody has already are left out."""
    query = (
        "INSERT INTO coupons_code (code, coupon_id, uses_max) SELECT c, $1, $3 FROM unnest($2::text[]) c"
        " ON CONFLICT (code) DO NOTHING"
    )
    return await tx.execute(query, coupon_id, list(codes), uses_max)


async def codes(tx: Tx, coupon_id: uuid.UUID, size: int, offset: int) -> list[Code]:
    return await tx.all(Code, _CODES, coupon_id, size, offset)


async def uses(tx: Tx, coupon_id: uuid.UUID, size: int, offset: int) -> list[Use]:
    return await tx.all(Use, _USES, coupon_id, size, offset)
