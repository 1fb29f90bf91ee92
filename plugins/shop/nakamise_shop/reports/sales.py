"""The service ``contracts.sales.Sales``: every figure by one definition, all of one snapshot."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.contracts.sales import (
    Funnel,
    ReportedShop,
    Sales,
    SalesDay,
    SalesReport,
    SalesTotals,
    SoldProduct,
    SoldShare,
)
from nakamise.contracts.ui import Period
from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import zero_filled
from nakamise_shop.reports import funnel as steps
from nakamise_shop.reports.sold import AGAIN, FROM, SHOPS, SOLD, TO, Range
from nakamise_shop.scope import shops_of

# A paid order that was cancelled has no rows of refunds for what was left of it: that goes back at its end.
_GIVEN_BACK: Final = f"""
SELECT coalesce(sum(amount), 0)::bigint AS given_back, count(*)::int AS refunds FROM (
    SELECT r.cash + r.tender AS amount FROM shop_refund r JOIN shop_order o ON o.id = r.order_id
    WHERE r.at >= {FROM} AND r.at < {TO} AND {SHOPS}
    UNION ALL
    SELECT o.total - o.refunded_cash - o.refunded_points FROM shop_order o
    WHERE o.paid_at IS NOT NULL AND o.state IN ('cancelled', 'refunded') AND o.closed_at >= {FROM} AND o.closed_at < {TO}
      AND {SHOPS} AND o.total > o.refunded_cash + o.refunded_points) back
"""  # noqa: S608
_TOTALS: Final = f"""
SELECT s.*, b.*, (SELECT count(*)::int FROM core_user u
             WHERE $4::uuid[] IS NULL AND u.created_at >= {FROM} AND u.created_at < {TO}) AS new_users
FROM (SELECT count(*)::int AS orders, coalesce(sum(o.total), 0)::bigint AS sales,
             coalesce(sum(o.goods), 0)::bigint AS goods,
             (count(*) FILTER (WHERE o.state IN ('cancelled', 'refunded')))::int AS undone,
             coalesce(sum(o.total) FILTER (WHERE o.state IN ('cancelled', 'refunded')), 0)::bigint AS undone_sales
      FROM shop_order o WHERE {SOLD}) s, ({_GIVEN_BACK}) b
"""  # noqa: S608
_DAYS: Final = f"""
SELECT day, sum(orders)::int AS orders, sum(sales)::bigint AS sales, sum(users)::int AS users FROM (
    SELECT (o.paid_at AT TIME ZONE $1)::date AS day, 1 AS orders, o.total AS sales, 0 AS users
    FROM shop_order o WHERE {SOLD}
    UNION ALL
    SELECT (u.created_at AT TIME ZONE $1)::date, 0, 0, 1 FROM core_user u
    WHERE $4::uuid[] IS NULL AND u.created_at >= {FROM} AND u.created_at < {TO}) events GROUP BY day
"""  # noqa: S608
_PRODUCTS: Final = f"""
SELECT b.product_id, b.units, b.orders, b.sales,
       (SELECT l.name FROM shop_order o JOIN shop_order_line l ON l.order_id = o.id
        WHERE o.paid_at = b.last_at AND l.product_id = b.product_id AND {SHOPS} ORDER BY o.id, l.line_no LIMIT 1) AS name
FROM (
    SELECT product_id, sum(units)::int AS units, sum(lines)::int AS orders, sum(sales)::bigint AS sales,
           max(last_at) AS last_at
    FROM (SELECT l.product_id, sum(l.qty) AS units, count(*) AS lines, sum(l.net) AS sales, max(o.paid_at) AS last_at
          FROM shop_order o JOIN shop_order_line l ON l.order_id = o.id WHERE {SOLD} GROUP BY l.product_id
          UNION ALL
          SELECT l.product_id, 0, -count(*), 0, NULL FROM shop_order o JOIN shop_order_line l ON l.order_id = o.id
          WHERE {SOLD} AND {AGAIN.format(key="product_id")} GROUP BY l.product_id) parts
    GROUP BY product_id ORDER BY sales DESC, units DESC, product_id LIMIT $5) b
ORDER BY b.sales DESC, b.units DESC, b.product_id
"""  # noqa: S608
_CATEGORIES: Final = f"""
SELECT c.id, coalesce(c.translations #>> ARRAY[$5::text, 'name'], c.name, '') AS name, sum(l.qty)::int AS units,
       sum(l.net)::bigint AS sales
FROM shop_order o JOIN shop_order_line l ON l.order_id = o.id
LEFT JOIN shop_product p ON p.id = l.product_id LEFT JOIN shop_category c ON c.id = p.category_id
WHERE {SOLD} GROUP BY c.id ORDER BY sales DESC, name, c.id
"""  # noqa: S608
_SHOPS: Final = f"""
SELECT s.id, coalesce(s.translations #>> ARRAY[$5::text, 'name'], s.name) AS name, u.units, t.sales
FROM (SELECT o.shop_id, sum(o.total)::bigint AS sales FROM shop_order o WHERE {SOLD} GROUP BY o.shop_id) t
JOIN (SELECT o.shop_id, sum(l.qty)::int AS units FROM shop_order o JOIN shop_order_line l ON l.order_id = o.id
      WHERE {SOLD} GROUP BY o.shop_id) u ON u.shop_id = t.shop_id
JOIN shop_shop s ON s.id = t.shop_id ORDER BY t.sales DESC, name, s.id
"""  # noqa: S608
# $1 shops or null, $2 the language
_NAMES: Final = """
SELECT id, slug, coalesce(translations #>> ARRAY[$2::text, 'name'], name) AS name FROM shop_shop
WHERE $1::uuid[] IS NULL OR id = ANY($1) ORDER BY slug
"""


class _Paid(msgspec.Struct, frozen=True):
    id: uuid.UUID
    paid_at: datetime


class ShopSales(Sales):
    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def report(
        self, tx: Tx, period: Period, before: Period, *, shop_id: uuid.UUID | None = None, limit: int = 20
    ) -> SalesReport:
        shops = await self._shops(tx, shop_id)
        when = self._range(period, shops)
        return SalesReport(
            period=period,
            totals=await tx.one(SalesTotals, _TOTALS, *when),
            before=await tx.one(SalesTotals, _TOTALS, *self._range(before, shops)),
            days=_every_day(await tx.all(SalesDay, _DAYS, *when), period),
            products=await tx.all(SoldProduct, _PRODUCTS, *when, limit),
            categories=await tx.all(SoldShare, _CATEGORIES, *when, self._ctx.locale),
            shops=await tx.all(SoldShare, _SHOPS, *when, self._ctx.locale),
            is_whole=shops is None,
        )

    async def funnel(
        self, tx: Tx, period: Period, *, shop_id: uuid.UUID | None = None, limit: int = 20
    ) -> Funnel:
        when = self._range(period, await self._shops(tx, shop_id))
        return await steps.funnel(tx, when, limit, self._ctx.locale)

    async def shops(self, tx: Tx) -> Sequence[ReportedShop]:
        return await tx.all(ReportedShop, _NAMES, await shops_of(self._ctx, tx), self._ctx.locale)

    async def _shops(self, tx: Tx, shop_id: uuid.UUID | None) -> Sequence[uuid.UUID] | None:
        """Those that are asked for and may be seen. Raises NotFound."""
        theirs = await shops_of(self._ctx, tx)
        if shop_id is None:
            return theirs
        if theirs is not None and shop_id not in theirs:
            raise NotFound
        return [shop_id]

    def _range(self, period: Period, shops: Sequence[uuid.UUID] | None) -> Range:
        return (self._ctx.tenant.timezone, period.first, period.last + timedelta(days=1), shops)

    async def paid(self, tx: Tx, order_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, datetime]:
        rows = await tx.all(
            _Paid,
            "SELECT id, paid_at FROM shop_order WHERE id = ANY($1) AND paid_at IS NOT NULL",
            list(order_ids),
        )
        return {row.id: row.paid_at for row in rows}


def _every_day(found: Sequence[SalesDay], period: Period) -> list[SalesDay]:
    """Ascending, with zeros for the days on which nothing happened."""
    known = {row.day: row for row in found}
    days = [day for day, _ in zero_filled({}, period.first, period.last)]
    return [known.get(day) or SalesDay(day=day, orders=0, sales=0, users=0) for day in days]


def sales(ctx: TenantCtx) -> ShopSales:
    """The factory that the manifest names."""
    return ShopSales(ctx)
