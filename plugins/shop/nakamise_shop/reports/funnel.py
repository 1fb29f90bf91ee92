"""From lists and product pages to the payment, by product and by the way that led there."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.sales import Funnel, ProductSteps, Steps, ViaSteps
from nakamise.db import Tx
from nakamise_shop.reports.sold import FROM, SOLD, TO, Range

# An order counts once in each row that has an item of it; placed and paid are each counted on their own day.
_LINES: Final = f"""
WITH seen AS (
    SELECT n.product_id, n.via, n.shown, n.views, n.carts FROM shop_seen n
    WHERE n.day >= $2::date AND n.day < $3::date AND ($4::uuid[] IS NULL OR n.product_id IN
        (SELECT p.id FROM shop_product p WHERE p.shop_id = ANY($4)))
), placed AS (
    SELECT o.id, l.product_id, l.via FROM shop_shop s JOIN shop_order o ON o.shop_id = s.id
    JOIN shop_order_line l ON l.order_id = o.id
    WHERE o.placed_at >= {FROM} AND o.placed_at < {TO} AND ($4::uuid[] IS NULL OR o.shop_id = ANY($4))
), paid AS (
    SELECT o.id, l.product_id, l.via, l.net FROM shop_order o JOIN shop_order_line l ON l.order_id = o.id WHERE {SOLD}
)
"""  # noqa: S608 - our own text
_TOTAL: Final = f"""
{_LINES}
SELECT s.shown, s.views, s.carts, (SELECT count(DISTINCT id) FROM placed)::int AS ordered,
       (SELECT count(DISTINCT id) FROM paid)::int AS paid
FROM (SELECT coalesce(sum(shown), 0)::bigint AS shown, coalesce(sum(views), 0)::bigint AS views,
             coalesce(sum(carts), 0)::bigint AS carts FROM seen) s
"""  # noqa: S608
_ALL: Final = """
    SELECT {key}, sum(shown)::bigint AS shown, sum(views)::bigint AS views, sum(carts)::bigint AS carts,
           sum(ordered)::int AS ordered, sum(paid)::int AS paid, sum(sales)::bigint AS sales FROM (
        SELECT {key}, sum(shown) AS shown, sum(views) AS views, sum(carts) AS carts, 0 AS ordered, 0 AS paid, 0 AS sales
        FROM seen GROUP BY {key}
        UNION ALL SELECT {key}, 0, 0, 0, count(DISTINCT id), 0, 0 FROM placed GROUP BY {key}
        UNION ALL SELECT {key}, 0, 0, 0, 0, count(DISTINCT id), sum(net) FROM paid GROUP BY {key}) parts
    GROUP BY {key}
"""
_PRODUCTS: Final = f"""
{_LINES}
SELECT a.product_id, a.shown, a.views, a.carts, a.ordered, a.paid,
       coalesce(p.translations #>> ARRAY[$6::text, 'name'], p.name) AS name
FROM ({_ALL.format(key="product_id")}) a JOIN shop_product p ON p.id = a.product_id
ORDER BY a.views DESC, a.paid DESC, a.shown DESC, name, a.product_id LIMIT $5
"""  # noqa: S608
_WAYS: Final = f"""
{_LINES}
SELECT via, shown, views, carts, ordered, paid, sales FROM ({_ALL.format(key="via")}) a
ORDER BY sales DESC, views DESC, via
"""  # noqa: S608


async def funnel(tx: Tx, when: Range, limit: int, locale: str) -> Funnel:
    return Funnel(
        total=await tx.one(Steps, _TOTAL, *when),
        products=await tx.all(ProductSteps, _PRODUCTS, *when, limit, locale),
        ways=await tx.all(ViaSteps, _WAYS, *when),
    )
