"""Reading orders as staff see them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from nakamise.db import Tx
from nakamise_shop.catalog.search import patterns
from nakamise_shop.domain.order_state import OrderState
from nakamise_shop.orders.status import STATUS_SQL
from nakamise_shop.staff.orders_schemas import StaffOrderFilter, StaffOrderLine

# Only constants are put into the texts below. $1 patterns, $2 shop slug, $3 placed from, $4 placed before
_MATCHING: Final = f"""
WITH matching AS (
    SELECT id, number, placed_at, shop_id, buyer_name, total, state, paid_at,
           {STATUS_SQL} AS status
    FROM shop_order
    WHERE ($2::text IS NULL OR shop_id = (SELECT s.id FROM shop_shop s WHERE s.slug = $2))
      AND ($3::timestamptz IS NULL OR placed_at >= $3)
      AND ($4::timestamptz IS NULL OR placed_at < $4)
      AND (search_text LIKE ALL ($1::text[]) OR EXISTS (
            SELECT 1 FROM shop_order_line l LEFT JOIN shop_product p ON p.id = l.product_id
            WHERE l.order_id = shop_order.id
              AND (p.search_text LIKE ALL ($1::text[]) OR lower(l.name || ' ' || l.sku) LIKE ALL ($1::text[])))))
"""  # noqa: S608
_COUNTS: Final = f"{_MATCHING} SELECT status, count(*)::int AS number FROM matching GROUP BY status"  # noqa: S608
_LINES: Final = f"""
{_MATCHING}
SELECT m.id, m.number, m.placed_at, s.name AS shop_name, m.buyer_name, m.state, m.paid_at, m.status, m.total,
       (SELECT sum(l.qty) FROM shop_order_line l WHERE l.order_id = m.id)::int AS item_count
FROM matching m JOIN shop_shop s ON s.id = m.shop_id
WHERE $5::text IS NULL OR m.status = $5
ORDER BY m.placed_at DESC, m.id DESC LIMIT $6 OFFSET $7
"""  # noqa: S608


class _Count(msgspec.Struct, frozen=True):
    status: str
    number: int


async def counts(tx: Tx, wanted: StaffOrderFilter, zone: ZoneInfo) -> dict[str, int]:
    """By status, under all other conditions."""
    return {row.status: row.number for row in await tx.all(_Count, _COUNTS, *_conditions(wanted, zone))}


async def lines(
    tx: Tx, wanted: StaffOrderFilter, zone: ZoneInfo, limit: int, offset: int
) -> list[StaffOrderLine]:
    return await tx.all(StaffOrderLine, _LINES, *_conditions(wanted, zone), wanted.status, limit, offset)


def _conditions(wanted: StaffOrderFilter, zone: ZoneInfo) -> tuple[object, ...]:
    until = wanted.until + timedelta(days=1) if wanted.until else None
    return patterns(wanted.q), wanted.shop, _midnight(wanted.since, zone), _midnight(until, zone)


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone)


class ExportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One order of the export; ``address`` as stored, ``parcels`` as "carrier number" each."""

    number: str
    placed_at: datetime
    shop_name: str
    buyer_name: str
    email: str
    state: OrderState
    paid_at: datetime | None
    status: str
    item_count: int
    items: str
    goods: int
    shipping: int
    points: int
    total: int
    tax: int
    address: dict[str, str]
    parcels: list[list[str]]


_EXPORT: Final = f"""
{_MATCHING}
SELECT m.number, m.placed_at, s.name AS shop_name, m.buyer_name, u.email, m.state, m.paid_at, m.status,
       (SELECT sum(l.qty) FROM shop_order_line l WHERE l.order_id = m.id)::int AS item_count,
       (SELECT string_agg(concat_ws(' ', l.name, nullif(l.variant_name, ''), '×' || l.qty), ' / '
                          ORDER BY l.line_no) FROM shop_order_line l WHERE l.order_id = m.id) AS items,
       o.goods, o.shipping, o.points, m.total, o.tax, o.address,
       ARRAY(SELECT jsonb_build_array(x.carrier, x.tracking_number) FROM shop_shipment x
             WHERE x.order_id = m.id ORDER BY x.shipped_at, x.id) AS parcels
FROM matching m
JOIN shop_shop s ON s.id = m.shop_id
JOIN shop_order o ON o.id = m.id
JOIN shop_purchase u ON u.id = o.purchase_id
WHERE ($5::text IS NULL OR m.status = $5)
  AND ($6::timestamptz IS NULL OR (m.placed_at, m.number) < ($6, $7::text))
ORDER BY m.placed_at DESC, m.number DESC LIMIT $8
"""  # noqa: S608


async def export_rows(
    tx: Tx, wanted: StaffOrderFilter, zone: ZoneInfo, after: ExportRow | None, limit: int
) -> list[ExportRow]:
    """The rows that follow ``after``, newest first."""
    return await tx.all(
        ExportRow,
        _EXPORT,
        *_conditions(wanted, zone),
        wanted.status,
        after.placed_at if after else None,
        after.number if after else None,
        limit,
    )
