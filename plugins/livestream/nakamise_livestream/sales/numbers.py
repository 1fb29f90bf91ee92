"""A broadcast in numbers, as its host sees them while it runs and afterwards."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Unavailable
from nakamise.plugin import Presence, TenantCtx
from nakamise_livestream.broadcasts import access
from nakamise_livestream.broadcasts.room import room_of
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.sales.schemas import Numbers, ProductNumbers

_MINUTE: Final = timedelta(minutes=1)
_COMMENTS: Final = """
SELECT count(*)::int AS total, (count(*) FILTER (WHERE said_at > $2))::int AS lately
FROM livestream_comment WHERE broadcast_id = $1
"""
_PRODUCTS: Final = """
WITH tapped AS (
    SELECT product_id, sum(clicks)::int AS clicks, sum(adds)::int AS adds
    FROM livestream_interest WHERE broadcast_id = $1 GROUP BY product_id
), sold AS (
    SELECT product_id, count(DISTINCT order_id)::int AS orders, sum(quantity)::int AS units, sum(amount)::bigint AS sales
    FROM livestream_sale WHERE broadcast_id = $1 AND reverted_at IS NULL GROUP BY product_id
)
SELECT product_id, coalesce(t.clicks, 0) AS clicks, coalesce(t.adds, 0) AS adds, coalesce(s.orders, 0) AS orders,
    coalesce(s.units, 0) AS units, coalesce(s.sales, 0) AS sales
FROM tapped t FULL JOIN sold s USING (product_id) ORDER BY sales DESC, clicks DESC, product_id
"""
_ORDERS: Final = """
SELECT count(DISTINCT order_id)::int FROM livestream_sale WHERE broadcast_id = $1 AND reverted_at IS NULL
"""
_EARNED: Final = """
SELECT coalesce(sum(s.amount), 0)::bigint FROM livestream_sale s
JOIN livestream_broadcast b ON b.id = s.broadcast_id
WHERE b.broadcaster_id = $1 AND s.reverted_at IS NULL
"""


class _Comments(msgspec.Struct, frozen=True):
    total: int
    lately: int


async def numbers(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> Numbers:
    """For whoever may run the broadcast. Raises NotFound, Forbidden."""
    broadcast = await access.hosted(ctx, tx, broadcast_id)
    comments = await tx.one(_Comments, _COMMENTS, broadcast_id, ctx.now() - _MINUTE)
    products = await tx.all(ProductNumbers, _PRODUCTS, broadcast_id)
    orders = int(await tx.value(_ORDERS, broadcast_id))
    there = await _there(ctx, broadcast)
    return Numbers(
        viewers_now=there.now,
        viewers_peak=there.peak,
        viewers_total=there.unique,
        comments=comments.total,
        comments_minute=comments.lately,
        clicks=sum(one.clicks for one in products),
        adds=sum(one.adds for one in products),
        orders=orders,
        units=sum(one.units for one in products),
        sales=sum(one.sales for one in products),
        conversion_bp=orders * 10_000 // there.unique if there.unique else 0,
        products=products,
        publishing=broadcast.publishing,
        lost_at=broadcast.lost_at,
        at=ctx.now(),
    )


async def _there(ctx: TenantCtx, broadcast: Broadcast) -> Presence:
    """As the room counts people; while it is away, or forgot them, as they were written down."""
    noted = Presence(broadcast.viewers_now, broadcast.viewers_peak, broadcast.viewers_total)
    try:
        seen = await room_of(ctx, broadcast.id).presence()
    except Unavailable:
        return noted
    now = seen.now if broadcast.is_on_air else 0
    return Presence(now, max(seen.peak, noted.peak), max(seen.unique, noted.unique))


async def earned(tx: Tx, broadcaster_id: uuid.UUID) -> int:
    """What all broadcasts of ``broadcaster_id`` sold, tax-included, in minor units."""
    return int(await tx.value(_EARNED, broadcaster_id))
