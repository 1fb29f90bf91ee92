"""SQL of merged orders."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.db import Tx


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """``order_ids``: the one whose fee was kept first, then by their age."""

    merge_id: uuid.UUID
    order_ids: tuple[uuid.UUID, ...]


async def merged_with(tx: Tx, order_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Merged]:
    """By order, for those of ``order_ids`` that are merged, and for all that are merged with them."""
    found = await tx.all(
        Merged,
        "SELECT m.merge_id, array_agg(m.order_id ORDER BY m.is_kept DESC, o.placed_at, m.order_id) AS order_ids"
        " FROM shipping_merge_order m LEFT JOIN shipping_order o ON o.order_id = m.order_id"
        " WHERE m.merge_id IN (SELECT merge_id FROM shipping_merge_order WHERE order_id = ANY($1))"
        " GROUP BY m.merge_id",
        list(order_ids),
    )
    return {order_id: one for one in found for order_id in one.order_ids}


async def insert(
    tx: Tx,
    merge_id: uuid.UUID,
    shop_id: uuid.UUID,
    actor_id: uuid.UUID | None,
    orders: Sequence[tuple[uuid.UUID, bool, int]],
) -> int:
    """``orders`` are (id, keeps its fee, refunded). The orders that were in no parcel with others before."""
    await tx.execute(
        "INSERT INTO shipping_merge (id, shop_id, created_by) VALUES ($1, $2, $3)",
        *(merge_id, shop_id, actor_id),
    )
    ids, kept, refunded = zip(*orders, strict=True)
    return await tx.execute(
        "INSERT INTO shipping_merge_order (order_id, merge_id, is_kept, refunded)"
        " SELECT o, $1, k, r FROM unnest($2::uuid[], $3::bool[], $4::bigint[]) AS t(o, k, r)"
        " ON CONFLICT (order_id) DO NOTHING",
        *(merge_id, list(ids), list(kept), list(refunded)),
    )


class Undoable(msgspec.Struct, frozen=True, kw_only=True):
    """A merge of which no slip is in a file or has a number. ``order_ids`` as in ``Merged``; ``refunded`` is what
    went back of shipping fees when it was made."""

    merge_id: uuid.UUID
    shop_id: uuid.UUID
    order_ids: tuple[uuid.UUID, ...]
    refunded: int


_NO_SLIP_LEFT: Final = """
NOT EXISTS (SELECT FROM shipping_merge_order x JOIN shipping_slip_order so ON so.order_id = x.order_id
            JOIN shipping_slip s ON s.id = so.slip_id
            WHERE x.merge_id = m.id AND (s.file_id IS NOT NULL OR s.tracking_number IS NOT NULL))
"""
_UNDOABLE: Final = f"""
SELECT m.id AS merge_id, m.shop_id, sum(o.refunded)::bigint AS refunded,
       array_agg(o.order_id ORDER BY o.is_kept DESC, o.order_id) AS order_ids
FROM shipping_merge m JOIN shipping_merge_order o ON o.merge_id = m.id
WHERE m.id IN (SELECT merge_id FROM shipping_merge_order WHERE order_id = ANY($1)) AND {_NO_SLIP_LEFT}
GROUP BY m.id
"""  # noqa: S608 (our own text)
_LEADS: Final = f"""
SELECT k.order_id FROM shipping_merge_order k JOIN shipping_merge m ON m.id = k.merge_id
WHERE k.is_kept AND ($1::uuid[] IS NULL OR m.shop_id = ANY($1)) AND {_NO_SLIP_LEFT}
"""  # noqa: S608 (our own text)


async def undoable(tx: Tx, order_ids: Sequence[uuid.UUID]) -> list[Undoable]:
    """The merges that hold any of these orders, in no order."""
    return await tx.all(Undoable, _UNDOABLE, list(order_ids))


async def leads(tx: Tx, shops: Sequence[uuid.UUID] | None) -> list[uuid.UUID]:
    """Of every merge of these shops (None: of all) that no slip has left: the order that kept its fee."""
    return await tx.values(_LEADS, shops)


async def orders_of(tx: Tx, merge_id: uuid.UUID) -> list[uuid.UUID]:
    return await tx.values(
        "SELECT order_id FROM shipping_merge_order WHERE merge_id = $1 ORDER BY order_id", merge_id
    )


async def delete(tx: Tx, merge_id: uuid.UUID) -> int:
    """The orders that were in it."""
    gone = await tx.execute("DELETE FROM shipping_merge_order WHERE merge_id = $1", merge_id)
    await tx.execute("DELETE FROM shipping_merge WHERE id = $1", merge_id)
    return gone
