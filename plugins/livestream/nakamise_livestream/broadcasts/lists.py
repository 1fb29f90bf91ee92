"""Lists of broadcasts: for everybody, for their host, for staff who watch over them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasters.repository import Count, picture_of
from nakamise_livestream.broadcasts.rows import FIELDS, JOINED, POSTER
from nakamise_livestream.broadcasts.schemas import (
    Broadcast,
    Card,
    CardPage,
    ListFilter,
    MonitorFilter,
    OwnFilter,
    OwnPage,
    Status,
)
from nakamise_livestream.settings import LivestreamSettings

# What everybody may see, as the state they see it in.
STATUS: Final = """
CASE WHEN b.state IN ('live', 'paused') THEN 'live' WHEN b.state = 'ended' THEN 'ended'
     WHEN b.state = 'scheduled' AND b.scheduled_for IS NOT NULL THEN 'scheduled' END
"""
CARD: Final = f"""
SELECT b.id, b.title, b.state, b.broadcaster_id, r.name AS broadcaster_name,
    {picture_of("r.picture_id")} AS broadcaster_picture,
    CASE WHEN $1 = 'en' AND c.name_en <> '' THEN c.name_en ELSE c.name END AS category_name,
    {picture_of("b.cover_id")} AS cover,
    b.scheduled_for, b.started_at, b.ended_at, b.viewers_now, b.viewers_total, b.is_sponsored, {POSTER},
    (SELECT count(*) FROM livestream_product p WHERE p.broadcast_id = b.id)::int AS product_count
{JOINED}
"""  # noqa: S608 - our own text
_SHOWN: Final = """
r.state = 'approved' AND ($2::text IS NULL OR c.slug = $2) AND ($3::uuid IS NULL OR b.broadcaster_id = $3)
AND ($4 = '' OR strpos(lower(b.title || ' ' || r.name), lower($4)) > 0)
"""
# Most viewers first, then the next to start, then the latest to end.
_ORDER: Final = f"""
array_position(ARRAY['live', 'scheduled', 'ended'], {STATUS}), b.viewers_now DESC,
CASE WHEN b.state = 'scheduled' THEN b.scheduled_for END, b.ended_at DESC, b.id
"""
_CARDS: Final = f"""
{CARD} WHERE {_SHOWN} AND {STATUS} IS NOT NULL AND ($5::text IS NULL OR {STATUS} = $5)
ORDER BY {_ORDER} LIMIT $6 OFFSET $7
"""
# The language, $1, is a parameter of the list alone.
_CARD_COUNTS: Final = f"""
SELECT {STATUS} AS state, count(*) AS number {JOINED}
WHERE $1::text IS NOT NULL AND {_SHOWN} AND {STATUS} IS NOT NULL GROUP BY 1
"""
_OWN: Final = f"""
SELECT {FIELDS} {JOINED} WHERE b.broadcaster_id = $2 AND ($3::text IS NULL OR b.state = $3)
ORDER BY array_position(ARRAY['live', 'paused', 'scheduled'], b.state),
    CASE WHEN b.state = 'scheduled' THEN b.scheduled_for END, b.ended_at DESC, b.id DESC
LIMIT $4 OFFSET $5
"""
_OWN_COUNTS: Final = """
SELECT state, count(*) AS number FROM livestream_broadcast WHERE broadcaster_id = $1 GROUP BY state
"""
_MONITORED: Final = """
WHERE ($2 = '' OR strpos(lower(b.title || ' ' || r.name), lower($2)) > 0) AND (NOT $3::bool OR b.lost_at IS NOT NULL)
"""
_MONITOR: Final = f"""
SELECT {FIELDS} {JOINED} {_MONITORED} AND ($4::text IS NULL OR b.state = $4)
ORDER BY array_position(ARRAY['live', 'paused', 'scheduled'], b.state), b.viewers_now DESC, b.scheduled_for,
    b.ended_at DESC, b.id DESC LIMIT $5 OFFSET $6
"""
# As above.
_MONITOR_COUNTS: Final = (
    f"SELECT b.state, count(*) AS number {JOINED} {_MONITORED} AND $1::text IS NOT NULL GROUP BY b.state"
)


async def cards(ctx: TenantCtx, tx: Tx, wanted: ListFilter) -> CardPage:
    """What everybody may see. A page past the end is empty but knows the total."""
    size = ctx.settings(LivestreamSettings).page_size
    narrowed = (ctx.locale, wanted.category, wanted.broadcaster, wanted.q)
    found = await tx.all(Count, _CARD_COUNTS, *narrowed)
    counts = {status.value: 0 for status in Status} | {one.state: one.number for one in found}
    items = await tx.all(Card, _CARDS, *narrowed, wanted.status, size, (wanted.page - 1) * size)
    total = _total(counts, wanted.status)
    return CardPage(items=items, counts=counts, total=total, page=wanted.page, page_size=size)


async def own(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID, wanted: OwnFilter) -> OwnPage:
    """All of one broadcaster's."""
    size = ctx.settings(LivestreamSettings).page_size
    counts = {one.state: one.number for one in await tx.all(Count, _OWN_COUNTS, broadcaster_id)}
    offset = (wanted.page - 1) * size
    items = await tx.all(Broadcast, _OWN, ctx.locale, broadcaster_id, wanted.state, size, offset)
    total = _total(counts, wanted.state)
    return OwnPage(items=items, counts=counts, total=total, page=wanted.page, page_size=size)


async def monitored(ctx: TenantCtx, tx: Tx, wanted: MonitorFilter) -> OwnPage:
    """All broadcasts of the tenant, those on the air first."""
    size = ctx.settings(LivestreamSettings).page_size
    narrowed = (ctx.locale, wanted.q, wanted.lost)
    counts = {one.state: one.number for one in await tx.all(Count, _MONITOR_COUNTS, *narrowed)}
    offset = (wanted.page - 1) * size
    items = await tx.all(Broadcast, _MONITOR, *narrowed, wanted.state, size, offset)
    total = _total(counts, wanted.state)
    return OwnPage(items=items, counts=counts, total=total, page=wanted.page, page_size=size)


def _total(counts: Mapping[str, int], chosen: str | None) -> int:
    return counts.get(chosen, 0) if chosen else sum(counts.values())
