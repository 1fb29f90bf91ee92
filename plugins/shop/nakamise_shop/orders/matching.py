"""Which orders somebody asks for, in SQL: one condition for staff's list, its export and other plugins."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from nakamise.contracts.orders import OrderQuery
from nakamise.db import Tx
from nakamise.japan import InvalidText, parse_phone
from nakamise.plugin import TenantCtx
from nakamise_shop import scope
from nakamise_shop.catalog.search import patterns

# The words: all in the order (number, buyer, recipient, kana), all in one of its lines, or one that is as long as a
# whole phone number, the recipient's.
TEXT_MATCHES: Final = """
(o.search_text LIKE ALL ({words}::text[])
 OR (length(({words}::text[])[1]) >= 12 AND o.address ->> 'phone' LIKE ALL ({words}::text[])) OR EXISTS (
    SELECT 1 FROM shop_order_line t LEFT JOIN shop_product q ON q.id = t.product_id
    WHERE t.order_id = o.id
      AND (q.search_text LIKE ALL ({words}::text[]) OR lower(t.name || ' ' || t.sku) LIKE ALL ({words}::text[]))))
"""
# Of shop_order o: $1 ids, $2 numbers, $3 shops, $4 buyer, $5 states, $6 fulfil states, $7 placed from,
# $8 placed before, $9 patterns, $10 shops of the acting staff or null, $11 the acting person, whose own purchases
# are theirs everywhere, $12 purchases. An empty array asks for all. An order of which every unit went back unsent, and something was
# kept, waits for nothing: it is in no fulfil state that is asked for, before it is closed (``orders.closing``).
MATCHES: Final = f"""
(cardinality($1::uuid[]) = 0 OR o.id = ANY ($1))
AND (cardinality($2::text[]) = 0 OR o.number = ANY ($2))
AND (cardinality($3::uuid[]) = 0 OR o.shop_id = ANY ($3))
AND ($4::uuid IS NULL OR o.buyer_id = $4)
AND (cardinality($5::text[]) = 0 OR o.state = ANY ($5))
AND (cardinality($6::text[]) = 0 OR (o.fulfil_state = ANY ($6) AND (o.state = 'paid'
     OR o.fulfil_state <> 'unfulfilled'
     OR EXISTS (SELECT 1 FROM shop_order_line u WHERE u.order_id = o.id AND u.refunded_qty < u.qty))))
AND ($7::timestamptz IS NULL OR o.placed_at >= $7)
AND ($8::timestamptz IS NULL OR o.placed_at < $8)
AND (cardinality($9::text[]) = 0 OR {TEXT_MATCHES.format(words="$9")})
AND ($10::uuid[] IS NULL OR o.shop_id = ANY ($10) OR o.buyer_id = $11)
AND (cardinality($12::uuid[]) = 0 OR o.purchase_id = ANY ($12))
"""  # noqa: S608


async def conditions(ctx: TenantCtx, tx: Tx, query: OrderQuery) -> tuple[object, ...]:
    """$1 to $12 of ``MATCHES``."""
    zone = ctx.tenant.zone
    return (
        list(query.ids),
        list(query.numbers),
        list(query.shop_ids),
        query.buyer_id,
        list(query.states),
        list(query.fulfil_states),
        midnight(query.first, zone),
        day_after(query.last, zone),
        order_patterns(query.text),
        await scope.shops_of(ctx, tx),
        ctx.actor.user_id,
        list(query.purchase_ids),
    )


def order_patterns(text: str) -> list[str]:
    """The words for ``TEXT_MATCHES``; a phone number in whatever form is the one that is stored."""
    try:
        return patterns(parse_phone(text))
    except InvalidText:
        return patterns(text)


def midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    """When a day of the tenant begins."""
    return None if day is None else datetime.combine(day, time(), zone)


def day_after(day: date | None, zone: ZoneInfo) -> datetime | None:
    """When a day of the tenant is over."""
    return None if day is None else midnight(day + timedelta(days=1), zone)
