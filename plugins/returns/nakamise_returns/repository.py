"""SQL of returns. Steps are conditional updates: the row count says whether they were possible."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.media import Media, media_of
from nakamise_returns.schemas import Event, Head, Line, ReceivedLine, Return, ReturnFilter, Row
from nakamise_returns.states import ENDED, State, sources

_HEAD: Final = (
    "SELECT r.id, r.number, r.order_id, r.order_number, r.shop_id, r.shop_name, r.buyer_id, r.buyer_name, r.wish,"
    " r.reason, r.words, r.state, r.payer, r.deduction_bp, r.due_at, r.deduction, r.postage, r.postage_kept, r.refunded, r.requested_at,"
    " r.ended_at"
)
_ROWS: Final = f"""
{_HEAD}, l.first_name, l.pieces FROM returns_request r
CROSS JOIN LATERAL (SELECT (array_agg(name ORDER BY line_no))[1] AS first_name, sum(qty)::int AS pieces
                    FROM returns_line WHERE request_id = r.id) l
"""  # noqa: S608 - a constant
# $1 state, $2 words
Shops = Sequence[uuid.UUID] | None
_MATCH: Final = (
    "($1::text IS NULL OR r.state = $1) AND ($2 = '' OR strpos(lower(r.number), lower($2)) > 0"
    " OR strpos(lower(r.order_number), lower($2)) > 0 OR strpos(lower(r.buyer_name), lower($2)) > 0)"
    " AND ($3::uuid[] IS NULL OR r.shop_id = ANY($3))"
)


class _Count(msgspec.Struct, frozen=True):
    state: str
    count: int


class _Photo(msgspec.Struct, frozen=True):
    media_id: uuid.UUID


async def next_number(tx: Tx, day: date) -> str:
    """As R-20261122-0001. Holds the counter until the commit."""
    last = await tx.value(
        "INSERT INTO returns_counter (day, last) VALUES ($1, 1)"
        " ON CONFLICT (day) DO UPDATE SET last = returns_counter.last + 1 RETURNING last",
        day,
    )
    return f"R-{day:%Y%m%d}-{last:04d}"


async def insert(tx: Tx, head: Head, lines: Sequence[Line]) -> None:
    await tx.execute(
        "INSERT INTO returns_request (id, number, order_id, order_number, shop_id, shop_name, buyer_id, buyer_name,"
        " wish, reason, words, payer, deduction_bp, postage)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        *(head.id, head.number, head.order_id, head.order_number, head.shop_id, head.shop_name),
        *(head.buyer_id, head.buyer_name, head.wish, head.reason, head.words, head.payer, head.deduction_bp),
        head.postage,
    )
    await tx.execute_many(
        "INSERT INTO returns_line (request_id, line_no, product_id, name, qty) VALUES ($1, $2, $3, $4, $5)",
        [(head.id, line.line_no, line.product_id, line.name, line.qty) for line in lines],
    )


async def claim(
    tx: Tx, otherwise: Conflict, order_id: uuid.UUID, line_no: int, qty: int, limits: tuple[int, int]
) -> None:
    """``limits``: (bought, refunded otherwise). Raises ``otherwise`` when fewer units are left."""
    bought, gone = limits
    await tx.execute(
        "INSERT INTO returns_claim (order_id, line_no, bought, claimed) VALUES ($1, $2, $3, 0)"
        " ON CONFLICT DO NOTHING",
        *(order_id, line_no, bought),
    )
    await tx.must_touch_one(
        otherwise,
        "UPDATE returns_claim SET claimed = claimed + $3"
        " WHERE order_id = $1 AND line_no = $2 AND claimed + $3 <= bought - $4",
        *(order_id, line_no, qty, gone),
    )


async def free(tx: Tx, order_id: uuid.UUID, units: Sequence[tuple[int, int]]) -> None:
    """``units``: (line number, how many)."""
    await tx.execute_many(
        "UPDATE returns_claim SET claimed = claimed - $3 WHERE order_id = $1 AND line_no = $2",
        [(order_id, line_no, qty) for line_no, qty in units if qty],
    )


class _Claimed(msgspec.Struct, frozen=True):
    line_no: int
    claimed: int


async def claimed(tx: Tx, order_id: uuid.UUID) -> dict[int, int]:
    """Units that were asked back and did not stay with the buyer, by line number; lines without any are missing."""
    rows = await tx.all(_Claimed, "SELECT line_no, claimed FROM returns_claim WHERE order_id = $1", order_id)
    return {row.line_no: row.claimed for row in rows}


async def refund_ids(tx: Tx, order_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """The refunds of the order that its returns made."""
    query = "SELECT refund_id FROM returns_request WHERE order_id = $1 AND refund_id IS NOT NULL"
    return frozenset(await tx.values(query, order_id))


async def lock(tx: Tx, request_id: uuid.UUID) -> Head | None:
    return await tx.first(Head, f"{_HEAD} FROM returns_request r WHERE r.id = $1 FOR UPDATE", request_id)


async def head(tx: Tx, request_id: uuid.UUID) -> Head | None:
    return await tx.first(Head, f"{_HEAD} FROM returns_request r WHERE r.id = $1", request_id)


async def move(tx: Tx, otherwise: Conflict, request_id: uuid.UUID, target: State, due_days: int = 0) -> None:
    """One step of the machine. Raises ``otherwise`` when it is not possible from where the request is."""
    await tx.must_touch_one(
        otherwise,
        "UPDATE returns_request SET state = $2, version = version + 1,"
        " ended_at = CASE WHEN $4 THEN (SELECT now()) END,"
        " due_at = CASE WHEN $2 = 'approved' THEN (SELECT now()) + $5 * interval '1 day' END"
        " WHERE id = $1 AND state = ANY($3)",
        *(request_id, target.value, sorted(sources(target)), target in ENDED, due_days),
    )


async def finish_refund(
    tx: Tx, otherwise: Conflict, request_id: uuid.UUID, refund_id: uuid.UUID, amounts: tuple[int, int, int]
) -> None:
    """``amounts``: what went back, and what was kept back for worn goods and for postage."""
    await tx.must_touch_one(
        otherwise,
        "UPDATE returns_request SET state = 'refunded', refund_id = $2, refunded = $3, deduction = $4,"
        " postage_kept = $5, ended_at = now(), version = version + 1 WHERE id = $1 AND state = ANY($6)",
        *(request_id, refund_id, *amounts, sorted(sources(State.REFUNDED))),
    )


async def finish_exchange(
    tx: Tx,
    otherwise: Conflict,
    request_id: uuid.UUID,
    shipment_id: uuid.UUID,
    difference: tuple[uuid.UUID, int] | None = None,
) -> None:
    """``difference``: the refund and what went back, of an exchange for something cheaper."""
    refund_id, back = difference or (None, 0)
    await tx.must_touch_one(
        otherwise,
        "UPDATE returns_request SET state = 'exchanged', shipment_id = $2, refund_id = $4, refunded = $5,"
        " ended_at = now(), version = version + 1 WHERE id = $1 AND state = ANY($3)",
        *(request_id, shipment_id, sorted(sources(State.EXCHANGED)), refund_id, back),
    )


async def note_sent(tx: Tx, request_id: uuid.UUID, sent: Sequence[tuple[int, uuid.UUID, str]]) -> None:
    """``sent``: (line number, variant, its name) of what left instead."""
    await tx.execute_many(
        "UPDATE returns_line SET sent_variant_id = $3, sent_name = $4 WHERE request_id = $1 AND line_no = $2",
        [(request_id, *one) for one in sent],
    )


async def receive_lines(tx: Tx, request_id: uuid.UUID, lines: Sequence[ReceivedLine]) -> None:
    await tx.execute_many(
        "UPDATE returns_line SET received_qty = $3, condition = $4, restock = $5"
        " WHERE request_id = $1 AND line_no = $2",
        [(request_id, line.line_no, line.received, line.condition, line.restock) for line in lines],
    )


async def lines_of(tx: Tx, request_id: uuid.UUID) -> list[Line]:
    return await tx.all(
        Line,
        "SELECT line_no, product_id, name, qty, received_qty, condition, restock, sent_name FROM returns_line"
        " WHERE request_id = $1 ORDER BY line_no",
        request_id,
    )


async def whole(tx: Tx, head: Head) -> Return:
    events = await tx.all(
        Event,
        "SELECT kind, at, by_staff, words FROM returns_event WHERE request_id = $1 ORDER BY at, id",
        head.id,
    )
    return Return(
        head=head, lines=await lines_of(tx, head.id), photos=await photos(tx, head.id), events=events
    )


async def photos(tx: Tx, request_id: uuid.UUID) -> list[Media]:
    rows = await tx.all(
        _Photo, "SELECT media_id FROM returns_photo WHERE request_id = $1 ORDER BY position", request_id
    )
    known = await media_of(tx, [row.media_id for row in rows])
    return [known[row.media_id] for row in rows if row.media_id in known]


async def add_photos(tx: Tx, request_id: uuid.UUID, media_ids: Sequence[uuid.UUID]) -> None:
    await tx.execute_many(
        "INSERT INTO returns_photo (request_id, media_id, position) VALUES ($1, $2, $3)",
        [(request_id, media_id, place) for place, media_id in enumerate(media_ids)],
    )


async def of_buyer(tx: Tx, buyer_id: uuid.UUID, limit: int, offset: int) -> list[Row]:
    return await tx.all(
        Row,
        f"{_ROWS} WHERE r.buyer_id = $1 ORDER BY r.requested_at DESC, r.id LIMIT $2 OFFSET $3",
        *(buyer_id, limit, offset),
    )


async def count_of_buyer(tx: Tx, buyer_id: uuid.UUID) -> int:
    return int(await tx.value("SELECT count(*) FROM returns_request WHERE buyer_id = $1", buyer_id))


async def of_order(tx: Tx, order_id: uuid.UUID) -> list[Row]:
    return await tx.all(Row, f"{_ROWS} WHERE r.order_id = $1 ORDER BY r.requested_at, r.id", order_id)


async def rows(tx: Tx, wanted: ReturnFilter, shops: Shops, limit: int, offset: int) -> list[Row]:
    """Of these shops, None: of all."""
    return await tx.all(
        Row,
        f"{_ROWS} WHERE {_MATCH} ORDER BY r.requested_at DESC, r.id LIMIT $4 OFFSET $5",
        *(wanted.state, wanted.q, shops, limit, offset),
    )


async def counts(tx: Tx, shops: Shops, q: str = "") -> dict[str, int]:
    """By state, over all states; a state without requests is missing."""
    found = await tx.all(
        _Count,
        f"SELECT r.state, count(*)::int AS count FROM returns_request r WHERE {_MATCH} GROUP BY r.state",  # noqa: S608
        *(None, q, shops),
    )
    return {row.state: row.count for row in found}


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """An approved request whose parcel did not come in time."""

    id: uuid.UUID
    due_at: datetime


async def due(tx: Tx, limit: int, after: Due | None = None) -> list[Due]:
    """The oldest first, and behind ``after``."""
    return await tx.all(
        Due,
        "SELECT id, due_at FROM returns_request WHERE state = 'approved' AND due_at <= now()"
        " AND ($2::timestamptz IS NULL OR (due_at, id) > ($2, $3)) ORDER BY due_at, id LIMIT $1",
        *(limit, after.due_at if after else None, after.id if after else None),
    )


async def overdue(tx: Tx, shops: Shops) -> int:
    """Of these shops, None: of all. They lapse within the hour, unless something of them cannot be given back."""
    return int(
        await tx.value(
            "SELECT count(*) FROM returns_request WHERE state = 'approved' AND due_at < now() - interval '3 hours'"
            " AND ($1::uuid[] IS NULL OR shop_id = ANY($1))",
            shops,
        )
    )
