"""Reading and writing sales."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise_timesale.domain.rules import RunningItem
from nakamise_timesale.schemas import ItemInput, Sale, SaleDetail, SaleFilter, SaleInput

# $1 is the moment. The end is part of the time, to the second.
RUNS: Final = """
s.archived_at IS NULL AND s.starts_at <= $1 AND (s.stopped_at IS NULL OR $1 < s.stopped_at)
AND (s.ends_at IS NULL OR $1 < date_trunc('second', s.ends_at) + interval '1 second')
"""
# In the reader's language, where it is known.
NAME: Final = "CASE WHEN {locale}::text = 'en' AND s.name_en <> '' THEN s.name_en ELSE s.name END"
_RUNNING: Final = f"""
SELECT i.id AS item_id, s.id AS sale_id, {NAME.format(locale="$4")} AS name, i.product_id, i.variant_id, i.price, i.percent,
       CASE WHEN i.quantity IS NULL AND s.per_person IS NULL THEN NULL
            ELSE least(coalesce(i.quantity - i.sold, 2147483647),
                       coalesce(s.per_person - coalesce(p.taken, 0), 2147483647)) END AS left,
       i.quantity - i.sold AS pieces, s.per_person, s.starts_at, s.ends_at, s.broadcast_id
FROM timesale_item i JOIN timesale_sale s ON s.id = i.sale_id
LEFT JOIN timesale_person p ON p.item_id = i.id AND p.user_id = $3
WHERE i.product_id = ANY($2) AND {RUNS}
ORDER BY i.id
"""  # noqa: S608 (our own text)
_PRODUCTS: Final = f"""
SELECT DISTINCT i.product_id FROM timesale_sale s JOIN timesale_item i ON i.sale_id = s.id
WHERE {RUNS} LIMIT 1000
"""  # noqa: S608 (our own text)
_NEXT: Final = f"""
SELECT bool_or({RUNS}) AS is_running, min(s.starts_at) FILTER (WHERE s.starts_at > $1) AS next_at
FROM timesale_sale s WHERE s.archived_at IS NULL AND s.stopped_at IS NULL
"""  # noqa: S608 (our own text)
# Every time in which these products cost less, that reaches into the time after $2.
_LOWERED: Final = """
SELECT i.product_id, i.variant_id, r.from_at, r.to_at, r.sale_id, false AS is_now
FROM timesale_run r JOIN timesale_item i ON i.sale_id = r.sale_id
WHERE i.product_id = ANY($1) AND r.to_at > $2
UNION ALL
SELECT i.product_id, i.variant_id, s.starts_at,
       least(s.stopped_at, date_trunc('second', s.ends_at) + interval '1 second'), s.id, true
FROM timesale_sale s JOIN timesale_item i ON i.sale_id = s.id
WHERE i.product_id = ANY($1) AND s.starts_at IS NOT NULL
"""
_SALE: Final = (
    "s.id, s.name, s.name_en, s.starts_at, s.ends_at, s.stopped_at, s.broadcast_id, s.per_person, s.archived_at, s.created_at,"
    " s.version, (SELECT count(*) FROM timesale_item i WHERE i.sale_id = s.id)::int AS item_count,"
    " (SELECT coalesce(sum(i.sold), 0) FROM timesale_item i WHERE i.sale_id = s.id)::int AS sold"
)
_STATE: Final = f"""
CASE WHEN s.archived_at IS NOT NULL THEN 'archived' WHEN s.starts_at IS NULL THEN 'draft' WHEN {RUNS} THEN 'running'
     WHEN s.starts_at > $1 AND s.stopped_at IS NULL THEN 'scheduled' ELSE 'ended' END
"""
_LIST: Final = f"""
SELECT {_SALE}, count(*) OVER () AS total FROM timesale_sale s
WHERE concat_ws(' ', s.name, s.name_en) ILIKE '%' || $2 || '%' AND CASE WHEN $3 = '' THEN s.archived_at IS NULL ELSE {_STATE} = $3 END
ORDER BY s.created_at DESC, s.id LIMIT $4 OFFSET $5
"""  # noqa: S608 (our own text)
_ONE: Final = f"""
SELECT {_SALE}, coalesce((SELECT jsonb_agg(jsonb_build_object(
           'id', i.id, 'product_id', i.product_id, 'variant_id', i.variant_id, 'price', i.price,
           'percent', i.percent, 'quantity', i.quantity, 'sold', i.sold) ORDER BY i.created_at, i.id)
       FROM timesale_item i WHERE i.sale_id = s.id), '[]') AS items, got.amount, got.saved
FROM timesale_sale s
CROSS JOIN LATERAL (
    SELECT coalesce(sum(t.amount), 0)::bigint AS amount, coalesce(sum(t.saved), 0)::bigint AS saved
    FROM timesale_item i JOIN timesale_taken t ON t.item_id = i.id AND t.reverted_at IS NULL
    WHERE i.sale_id = s.id) got
WHERE s.id = $1
"""  # noqa: S608 (our own text)
_NOTE_RUN: Final = """
INSERT INTO timesale_run (sale_id, from_at, to_at)
SELECT s.id, s.starts_at, greatest(s.starts_at, coalesce(least(
           s.stopped_at, date_trunc('second', s.ends_at) + interval '1 second', $2), $2))
FROM timesale_sale s WHERE s.id = $1 AND s.starts_at < $2 ON CONFLICT (sale_id, from_at) DO NOTHING
"""


class Next(msgspec.Struct, frozen=True):
    """``next_at``: when the next one starts."""

    is_running: bool | None
    next_at: datetime | None


class Lowered(msgspec.Struct, frozen=True):
    """``is_now``: of the sale as it stands, not of an earlier run."""

    product_id: uuid.UUID
    variant_id: uuid.UUID | None
    from_at: datetime
    to_at: datetime | None
    sale_id: uuid.UUID
    is_now: bool


class _Counted(Sale, frozen=True, kw_only=True):
    total: int


async def running(
    tx: Tx, product_ids: Sequence[uuid.UUID], at: datetime, user_id: uuid.UUID | None, locale: str
) -> list[RunningItem]:
    return await tx.all(RunningItem, _RUNNING, at, list(product_ids), user_id, locale)


async def lowered_now(tx: Tx, at: datetime) -> list[uuid.UUID]:
    """Products in sales that run, or would if their broadcast is on the air."""
    return await tx.values(_PRODUCTS, at)


async def next_change(tx: Tx, at: datetime) -> Next:
    return await tx.one(Next, _NEXT, at)


async def lowered(tx: Tx, product_ids: Sequence[uuid.UUID], since: datetime) -> list[Lowered]:
    return await tx.all(Lowered, _LOWERED, list(product_ids), since)


async def sales(tx: Tx, wanted: SaleFilter, at: datetime, size: int) -> tuple[list[Sale], int]:
    """One page, and how many match in all; without a state those that are not archived."""
    state = wanted.state.value if wanted.state else ""
    text = wanted.q.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    rows = await tx.all(_Counted, _LIST, at, text, state, size, (wanted.page - 1) * size)
    return list(rows), rows[0].total if rows else 0


async def find(tx: Tx, sale_id: uuid.UUID) -> SaleDetail | None:
    return await tx.first(SaleDetail, _ONE, sale_id)


async def lock(tx: Tx, sale_id: uuid.UUID) -> bool:
    """Held until the end; False when it is gone."""
    return await tx.value("SELECT true FROM timesale_sale WHERE id = $1 FOR UPDATE", sale_id) is True


async def insert(tx: Tx, sale_id: uuid.UUID, given: SaleInput) -> None:
    await tx.execute(
        "INSERT INTO timesale_sale (id, name, name_en, starts_at, ends_at, broadcast_id, per_person)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(sale_id, given.name, given.name_en),
        *(given.starts_at, given.ends_at, given.broadcast_id, given.per_person),
    )


async def update(tx: Tx, sale_id: uuid.UUID, version: int, given: SaleInput) -> bool:
    """False when ``version`` is no longer the newest."""
    touched = await tx.execute(
        "UPDATE timesale_sale SET name = $3, starts_at = $4, ends_at = $5, broadcast_id = $6, per_person = $7, name_en = $8,"
        " stopped_at = CASE WHEN starts_at IS NOT DISTINCT FROM $4 THEN stopped_at END, updated_at = now(),"
        " version = version + 1 WHERE id = $1 AND version = $2 AND archived_at IS NULL",
        *(sale_id, version, given.name, given.starts_at, given.ends_at, given.broadcast_id, given.per_person),
        given.name_en,
    )
    return touched == 1


async def note_run(tx: Tx, sale_id: uuid.UUID, at: datetime) -> None:
    """What has run so far is remembered before the times of a sale are changed."""
    await tx.execute(_NOTE_RUN, sale_id, at)


async def set_times(
    tx: Tx,
    sale_id: uuid.UUID,
    starts_at: datetime | None,
    ends_at: datetime | None,
    stopped_at: datetime | None,
) -> None:
    await tx.execute(
        "UPDATE timesale_sale SET starts_at = $2, ends_at = $3, stopped_at = $4, updated_at = now(),"
        " version = version + 1 WHERE id = $1",
        *(sale_id, starts_at, ends_at, stopped_at),
    )


async def of_broadcast(tx: Tx, broadcast_id: uuid.UUID) -> list[uuid.UUID]:
    return await tx.values(
        "SELECT id FROM timesale_sale WHERE broadcast_id = $1 AND archived_at IS NULL ORDER BY id FOR UPDATE",
        broadcast_id,
    )


async def insert_item(tx: Tx, item_id: uuid.UUID, sale_id: uuid.UUID, given: ItemInput) -> None:
    await tx.execute(
        "INSERT INTO timesale_item (id, sale_id, product_id, variant_id, price, percent, quantity)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(item_id, sale_id, given.product_id, given.variant_id, given.price, given.percent, given.quantity),
    )


async def update_item(tx: Tx, sale_id: uuid.UUID, item_id: uuid.UUID, given: ItemInput) -> int:
    """Rows touched; the product stays as it is."""
    return await tx.execute(
        "UPDATE timesale_item SET variant_id = $3, price = $4, percent = $5, quantity = $6"
        " WHERE sale_id = $1 AND id = $2",
        *(sale_id, item_id, given.variant_id, given.price, given.percent, given.quantity),
    )
