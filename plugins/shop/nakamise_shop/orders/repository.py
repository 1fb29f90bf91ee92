"""Reading orders."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise_shop.domain.order_state import OrderStatus
from nakamise_shop.orders.schemas import Line, OrderHeader, OrderRow, Shipment
from nakamise_shop.orders.status import INPUTS_SQL, NOTE_SQL, STATUS_SQL, UNCHARGED_SQL
from nakamise_shop.scope import Shops

_ROWS: Final = f"""
SELECT o.id, o.number, o.placed_at, o.state, o.status, o.paid_at, o.shop ->> 'name' AS shop_name, o.total, o.refunded,
       o.refund_waits, {UNCHARGED_SQL} AS uncharged,
       (SELECT p.authorized_until FROM shop_purchase p WHERE p.id = o.purchase_id) AS authorized_until,
       l.first_name, l.picture, l.line_count, l.piece_count
FROM (SELECT id, purchase_id, number, placed_at, state, fulfil_state, paid_at, shop, total,
             refunded_cash + refunded_points AS refunded, refund_waits, charge, untaken, {STATUS_SQL} AS status
      FROM shop_order WHERE buyer_id = $1) o
CROSS JOIN LATERAL (
    SELECT (array_agg(name ORDER BY line_no))[1] AS first_name,
           (array_agg(picture ORDER BY line_no))[1] AS picture,
           count(*)::int AS line_count, sum(qty)::int AS piece_count
    FROM shop_order_line WHERE order_id = o.id) l
WHERE $2::text IS NULL OR o.status = $2
ORDER BY o.placed_at DESC, o.number DESC LIMIT $3 OFFSET $4
"""  # noqa: S608 - a constant
_COUNTS: Final = (
    f"SELECT {STATUS_SQL} AS status, count(*)::int AS count FROM shop_order"  # noqa: S608 - a constant
    " WHERE buyer_id = $1 GROUP BY 1"
)
_HEADER: Final = f"""
SELECT o.id, o.purchase_id, o.shop_id, o.number, o.buyer_id, o.state, o.currency, o.goods, o.shipping, o.total,
       o.points, o.charge, o.tax, o.quote, o.shop, o.address, o.placed_at, o.paid_at, p.email, p.locale, p.expires_at,
       o.buyer_name, {NOTE_SQL} AS note, {INPUTS_SQL} AS inputs, p.authorized_until, o.refunded_cash,
       o.refunded_points, o.refund_waits, o.untaken
FROM shop_order o JOIN shop_purchase p ON p.id = o.purchase_id
"""  # noqa: S608 - constants


class _LineOf(Line, frozen=True, kw_only=True):
    order_id: uuid.UUID

    def as_line(self) -> Line:
        return Line(**{name: getattr(self, name) for name in Line.__struct_fields__})


class _Count(msgspec.Struct, frozen=True):
    status: str
    count: int


async def list_orders(
    tx: Tx, buyer_id: uuid.UUID, status: OrderStatus | None, page: int, size: int
) -> list[OrderRow]:
    wanted = status.value if status else None
    return await tx.all(OrderRow, _ROWS, buyer_id, wanted, size, (page - 1) * size)


async def counts(tx: Tx, buyer_id: uuid.UUID) -> dict[str, int]:
    """Orders by shown status; a status without orders is missing."""
    return {row.status: row.count for row in await tx.all(_Count, _COUNTS, buyer_id)}


async def header_by_number(tx: Tx, number: str) -> OrderHeader | None:
    return await tx.first(OrderHeader, f"{_HEADER} WHERE o.number = $1", number)


async def header_by_id(tx: Tx, order_id: uuid.UUID) -> OrderHeader | None:
    return await tx.first(OrderHeader, f"{_HEADER} WHERE o.id = $1", order_id)


async def lock_order(tx: Tx, order_id: uuid.UUID) -> None:
    """Held until the transaction ends; purchases and payments are locked before it."""
    await tx.value("SELECT id FROM shop_order WHERE id = $1 FOR UPDATE", order_id)


async def headers_by_id(tx: Tx, order_ids: Sequence[uuid.UUID], shops: Shops = None) -> list[OrderHeader]:
    """As staff's list shows them: the newest first, of these shops only."""
    return await tx.all(
        OrderHeader,
        f"{_HEADER} WHERE o.id = ANY($1) AND ($2::uuid[] IS NULL OR o.shop_id = ANY($2))"
        " ORDER BY o.placed_at DESC, o.id DESC",
        list(order_ids),
        shops,
    )


async def lines_of(tx: Tx, order_id: uuid.UUID) -> list[Line]:
    return (await lines_of_all(tx, [order_id])).get(order_id, [])


async def lines_of_all(tx: Tx, order_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Line]]:
    """By order; in one statement, whatever their number."""
    rows = await tx.all(
        _LineOf,
        "SELECT l.order_id, l.line_no, l.product_id, p.slug AS product_slug, l.variant_id, l.sku, l.name, l.variant_name,"
        " l.picture, l.qty, l.list, l.unit, l.sub, l.discount, l.net, l.tax_bp, l.reduced, l.refunded_qty, l.fulfil_state,"
        " l.shipment_id FROM shop_order_line l"
        " LEFT JOIN shop_product p ON p.id = l.product_id AND p.state = 'published'"
        " WHERE l.order_id = ANY($1) ORDER BY l.order_id, l.line_no",
        list(order_ids),
    )
    found: dict[uuid.UUID, list[Line]] = {}
    for row in rows:
        found.setdefault(row.order_id, []).append(row.as_line())
    return found


async def shipments_of(tx: Tx, order_id: uuid.UUID) -> list[Shipment]:
    return await tx.all(
        Shipment,
        "SELECT id, carrier, tracking_number, shipped_at, delivered_at FROM shop_shipment"
        " WHERE order_id = $1 ORDER BY shipped_at, id",
        order_id,
    )


async def other_numbers(tx: Tx, purchase_id: uuid.UUID, order_id: uuid.UUID) -> list[str]:
    """The purchase's other orders."""
    return await tx.values(
        "SELECT number FROM shop_order WHERE purchase_id = $1 AND id <> $2 ORDER BY number",
        *(purchase_id, order_id),
    )
