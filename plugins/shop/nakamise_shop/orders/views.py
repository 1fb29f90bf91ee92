"""Orders as the contract shows them to other plugins: one statement, whatever their number."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from nakamise.contracts.orders import OrderQuery, OrderView
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop.orders.matching import MATCHES, conditions
from nakamise_shop.orders.status import INPUTS_SQL, NOTE_SQL

_VIEWS: Final = f"""
SELECT o.id, o.purchase_id, o.shop_id, o.number, o.buyer_id, o.buyer_name, p.email, p.locale, o.state,
       o.fulfil_state, o.currency, o.goods, o.shipping, o.total, o.points, o.charge, o.tax, o.quote, o.untaken,
       {INPUTS_SQL} AS inputs, o.shop, o.address, {NOTE_SQL} AS note, o.placed_at, o.paid_at,
       (SELECT jsonb_agg(to_jsonb(l) ORDER BY l.line_no) FROM shop_order_line l
        WHERE l.order_id = o.id) AS lines,
       (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.shipped_at, x.id), '[]') FROM shop_shipment x
        WHERE x.order_id = o.id) AS shipments,
       (SELECT coalesce(jsonb_agg(to_jsonb(r) || jsonb_build_object('lines', (
                   SELECT coalesce(jsonb_agg(jsonb_build_array(d.line_no, d.qty, d.cash + d.tender)
                                             ORDER BY d.line_no), '[]')
                   FROM shop_refund_line d WHERE d.refund_id = r.id)) ORDER BY r.at, r.id), '[]')
        FROM shop_refund r WHERE r.order_id = o.id) AS refunds
FROM shop_order o JOIN shop_purchase p ON p.id = o.purchase_id
"""  # noqa: S608 - a constant
_BY_ID: Final = f"{_VIEWS} WHERE o.id = ANY($1)"
_FIND: Final = f"{_VIEWS} WHERE {MATCHES} ORDER BY o.placed_at DESC, o.id DESC LIMIT $13 OFFSET $14"
_COUNT: Final = f"SELECT count(*) FROM shop_order o WHERE {MATCHES}"  # noqa: S608 - a constant


async def by_id(tx: Tx, order_ids: Sequence[uuid.UUID]) -> list[OrderView]:
    """In no order; an id that is none is missing."""
    return await tx.all(OrderView, _BY_ID, list(order_ids))


async def find(ctx: TenantCtx, tx: Tx, query: OrderQuery, limit: int, offset: int) -> list[OrderView]:
    """The newest first."""
    return await tx.all(OrderView, _FIND, *await conditions(ctx, tx, query), limit, offset)


async def count(ctx: TenantCtx, tx: Tx, query: OrderQuery) -> int:
    return int(await tx.value(_COUNT, *await conditions(ctx, tx, query)))
