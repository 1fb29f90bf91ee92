"""Reading orders as staff see them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from nakamise.contracts.pricing import ShopQuote
from nakamise.db import Tx
from nakamise_shop.domain.bill import Bill, bill_of
from nakamise_shop.domain.order_state import OrderState
from nakamise_shop.orders.matching import TEXT_MATCHES, day_after, midnight, order_patterns
from nakamise_shop.orders.schemas import PayStatus, pay_status
from nakamise_shop.orders.status import (
    GIVEN_BACK_SQL,
    INPUTS_SQL,
    NOTE_SQL,
    PACKED_SQL,
    PAY_SQL,
    STATUS_SQL,
    UNCHARGED_SQL,
)
from nakamise_shop.scope import Shops
from nakamise_shop.staff.orders.schemas import StaffOrderFilter, StaffOrderLine

# Only constants are put into the texts below. $1 patterns, $2 shop slug, $3 from, $4 before, $5 payment, $6 shops of the
# staff or null, $7 whether the days are those of the payment
_MATCHING: Final = f"""
WITH matching AS (
    SELECT o.id, o.number, o.placed_at, o.shop_id, o.buyer_name, o.total, o.state, o.paid_at, p.authorized_until,
           o.refunded_cash + o.refunded_points AS refunded, o.refund_waits, {UNCHARGED_SQL} AS uncharged,
           {GIVEN_BACK_SQL} AS given_back,
           p.email, {INPUTS_SQL} AS inputs, {NOTE_SQL} AS note, {STATUS_SQL} AS status
    FROM shop_order o
    JOIN (SELECT id AS purchase_key, email, inputs, authorized_until FROM shop_purchase) p
         ON p.purchase_key = o.purchase_id
    WHERE ($2::text IS NULL OR o.shop_id = (SELECT s.id FROM shop_shop s WHERE s.slug = $2))
      AND ($3::timestamptz IS NULL OR CASE WHEN $7 THEN o.paid_at ELSE o.placed_at END >= $3)
      AND ($4::timestamptz IS NULL OR CASE WHEN $7 THEN o.paid_at ELSE o.placed_at END < $4)
      AND ($5::text IS NULL OR {PAY_SQL} = $5)
      AND ($6::uuid[] IS NULL OR o.shop_id = ANY($6))
      AND (cardinality($1::text[]) = 0 OR {TEXT_MATCHES.format(words="$1")}))
"""  # noqa: S608
_COUNTS: Final = f"{_MATCHING} SELECT status, count(*)::int AS number FROM matching GROUP BY status"  # noqa: S608
_LINES: Final = f"""
{_MATCHING}
SELECT m.id, m.number, m.placed_at, s.name AS shop_name, m.buyer_name, m.state, m.paid_at, m.authorized_until,
       m.refunded, m.refund_waits, m.uncharged, m.given_back, m.status, m.total, m.note <> '' AS has_note, m.inputs ? 'shop.gift' AS is_gift,
       (SELECT sum({PACKED_SQL}) FROM shop_order_line l WHERE l.order_id = m.id)::int AS item_count
FROM matching m JOIN shop_shop s ON s.id = m.shop_id
WHERE $8::text IS NULL OR m.status = $8
ORDER BY m.placed_at DESC, m.id DESC LIMIT $9 OFFSET $10
"""  # noqa: S608
_PIECES: Final = f"""
SELECT coalesce(sum({PACKED_SQL}), 0)::int
FROM (SELECT {STATUS_SQL} AS status FROM shop_order WHERE id = $1) m, shop_order_line l WHERE l.order_id = $1
"""  # noqa: S608


class _Count(msgspec.Struct, frozen=True):
    status: str
    number: int


async def counts(tx: Tx, wanted: StaffOrderFilter, zone: ZoneInfo, shops: Shops) -> dict[str, int]:
    """By status, under all other conditions."""
    rows = await tx.all(_Count, _COUNTS, *_conditions(wanted, zone, shops))
    return {row.status: row.number for row in rows}


async def lines(
    tx: Tx, wanted: StaffOrderFilter, zone: ZoneInfo, shops: Shops, limit: int, offset: int
) -> list[StaffOrderLine]:
    given = _conditions(wanted, zone, shops)
    return await tx.all(StaffOrderLine, _LINES, *given, wanted.status, limit, offset)


async def pieces_of(tx: Tx, order_id: uuid.UUID) -> int:
    """What is in its parcels, or is to be."""
    return int(await tx.value(_PIECES, order_id))


async def in_order(tx: Tx, ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Those that are there, as the list shows them."""
    return await tx.values(
        "SELECT id FROM shop_order WHERE id = ANY($1) ORDER BY placed_at DESC, id DESC", list(ids)
    )


def _conditions(wanted: StaffOrderFilter, zone: ZoneInfo, shops: Shops) -> tuple[object, ...]:
    return (
        order_patterns(wanted.q),
        wanted.shop,
        midnight(wanted.since, zone),
        day_after(wanted.until, zone),
        wanted.payment,
        shops,
        wanted.dates == "paid",
    )


class ExportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One order of the export; ``address`` as stored, ``parcels`` as "carrier number" each."""

    number: str
    placed_at: datetime
    shop_name: str
    buyer_name: str
    email: str
    state: OrderState
    paid_at: datetime | None
    authorized_until: datetime | None
    status: str
    item_count: int
    items: str
    quote: ShopQuote
    points: int
    total: int
    tax: int
    refunded: int
    refund_waits: bool
    uncharged: bool
    given_back: int
    address: dict[str, str]
    parcels: list[list[str]]
    note: str
    is_gift: bool

    @property
    def bill(self) -> Bill:
        return bill_of(self.quote)

    @property
    def pay_status(self) -> PayStatus:
        return pay_status(
            self.state,
            self.paid_at,
            self.authorized_until,
            self.refunded,
            waits=self.refund_waits,
            uncharged=self.uncharged,
        )


_EXPORT: Final = f"""
{_MATCHING}
SELECT m.number, m.placed_at, s.name AS shop_name, m.buyer_name, m.email, m.state, m.paid_at, m.authorized_until,
       m.status, packed.pieces AS item_count, packed.items,
       o.quote, o.points, m.total, o.tax, m.refunded, m.refund_waits, m.uncharged, m.given_back, o.address,
       ARRAY(SELECT jsonb_build_array(x.carrier, x.tracking_number) FROM shop_shipment x
             WHERE x.order_id = m.id ORDER BY x.shipped_at, x.id) AS parcels,
       m.note, m.inputs ? 'shop.gift' AS is_gift
FROM matching m
JOIN shop_shop s ON s.id = m.shop_id
JOIN shop_order o ON o.id = m.id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(u.units), 0)::int AS pieces,
           coalesce(string_agg(concat_ws(' ', u.name, nullif(u.variant_name, ''), '×' || u.units), ' / '
                               ORDER BY u.line_no) FILTER (WHERE u.units > 0), '') AS items
    FROM (SELECT l.line_no, l.name, l.variant_name, {PACKED_SQL} AS units FROM shop_order_line l
          WHERE l.order_id = m.id) u) packed
WHERE ($8::text IS NULL OR m.status = $8)
  AND ($9::timestamptz IS NULL OR (m.placed_at, m.number) < ($9, $10::text))
ORDER BY m.placed_at DESC, m.number DESC LIMIT $11
"""  # noqa: S608


async def export_rows(
    tx: Tx, wanted: StaffOrderFilter, zone: ZoneInfo, shops: Shops, after: ExportRow | None, limit: int
) -> list[ExportRow]:
    """The rows that follow ``after``, newest first."""
    return await tx.all(
        ExportRow,
        _EXPORT,
        *_conditions(wanted, zone, shops),
        wanted.status,
        after.placed_at if after else None,
        after.number if after else None,
        limit,
    )
