"""From lists and product pages to the payment, by product and by the way that led there."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.sales import Funnel, ProductSteps, Steps, ViaSteps
from nakamise.db import Tx
from nakamise_shop.reports.sold import AGAIN, FROM, SHOPS, SOLD, TO, Range

_PLACED: Final = f"o.placed_at >= {FROM} AND o.placed_at < {TO} AND {SHOPS}"
_SEEN: Final = """
    SELECT {key}coalesce(sum(n.shown), 0)::bigint AS shown, coalesce(sum(n.views), 0)::bigint AS views,
           coalesce(sum(n.carts), 0)::bigint AS carts FROM shop_seen n
    WHERE n.day >= $2::date AND n.day < $3::date AND ($4::uuid[] IS NULL OR n.product_id IN
        (SELECT p.id FROM shop_product p WHERE p.shop_id = ANY($4)))
"""
# The index of a shop's orders by time is read, for no other begins with the time.
_TOTAL: Final = f"""
SELECT s.*, (SELECT count(*)::int FROM shop_shop s JOIN shop_order o ON o.shop_id = s.id WHERE {_PLACED}) AS ordered,
       (SELECT count(*)::int FROM shop_order o WHERE {SOLD}) AS paid
FROM ({_SEEN.format(key="")}) s
"""  # noqa: S608 - our own text
_LINES_PLACED: Final = f"""
shop_shop s JOIN shop_order o ON o.shop_id = s.id JOIN shop_order_line l ON l.order_id = o.id WHERE {_PLACED}
"""
_LINES_SOLD: Final = f"shop_order o JOIN shop_order_line l ON l.order_id = o.id WHERE {SOLD}"
# An order counts once in each row that has an item of it; placed and paid are each counted on their own day.
_ALL: Final = f"""
    SELECT {{key}}, sum(shown)::bigint AS shown, sum(views)::bigint AS views, sum(carts)::bigint AS carts,
           sum(ordered)::int AS ordered, sum(paid)::int AS paid, sum(sales)::bigint AS sales FROM (
        SELECT {{key}}, shown, views, carts, 0 AS ordered, 0 AS paid, 0 AS sales
        FROM ({_SEEN.replace("{key}", "{key}, ")} GROUP BY {{key}}) seen
        UNION ALL SELECT l.{{key}}, 0, 0, 0, count(*), 0, 0 FROM {_LINES_PLACED} GROUP BY l.{{key}}
        UNION ALL SELECT l.{{key}}, 0, 0, 0, -count(*), 0, 0 FROM {_LINES_PLACED} AND {AGAIN} GROUP BY l.{{key}}
        UNION ALL SELECT l.{{key}}, 0, 0, 0, 0, count(*), sum(l.net) FROM {_LINES_SOLD} GROUP BY l.{{key}}
        UNION ALL SELECT l.{{key}}, 0, 0, 0, 0, -count(*), 0 FROM {_LINES_SOLD} AND {AGAIN} GROUP BY l.{{key}}) parts
    GROUP BY {{key}}
"""  # noqa: S608
_PRODUCTS: Final = f"""
SELECT a.product_id, a.shown, a.views, a.carts, a.ordered, a.paid,
       coalesce(p.translations #>> ARRAY[$6::text, 'name'], p.name) AS name
FROM ({_ALL.format(key="product_id")}) a JOIN shop_product p ON p.id = a.product_id
ORDER BY a.views DESC, a.paid DESC, a.shown DESC, name, a.product_id LIMIT $5
"""  # noqa: S608
_WAYS: Final = f"""
SELECT via, shown, views, carts, ordered, paid, sales FROM ({_ALL.format(key="via")}) a
ORDER BY sales DESC, views DESC, via
"""  # noqa: S608


async def funnel(tx: Tx, when: Range, limit: int, locale: str) -> Funnel:
    return Funnel(
        total=await tx.one(Steps, _TOTAL, *when),
        products=await tx.all(ProductSteps, _PRODUCTS, *when, limit, locale),
        ways=await tx.all(ViaSteps, _WAYS, *when),
    )
