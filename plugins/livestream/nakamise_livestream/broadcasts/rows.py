"""Reading one broadcast, or some, whole."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise_livestream.broadcasters.repository import picture_of
from nakamise_livestream.broadcasts.schemas import Broadcast

POSTER: Final = """
coalesce((SELECT left(md5(v.poster_key), 8) FROM livestream_recording v
          WHERE v.broadcast_id = b.id AND v.poster_key <> '' AND v.deleted_at IS NULL), '') AS poster
"""
FIELDS: Final = f"""
b.id, b.broadcaster_id, r.user_id AS host_id, r.name AS broadcaster_name,
{picture_of("r.picture_id")} AS broadcaster_picture,
b.title, b.description, b.category_id, CASE WHEN $1 = 'en' AND c.name_en <> '' THEN c.name_en ELSE c.name END AS category_name,
{picture_of("b.cover_id")} AS cover,
b.state, b.scheduled_for, b.series_id, b.rehearsing_since, b.started_at, b.paused_at, b.paused_s, b.ended_at,
b.end_why, b.end_reason, b.max_minutes AS limit_minutes, b.is_sponsored, b.sponsor, b.label_locked, b.run_item_id,
b.publishing, b.lost_at, b.viewers_now, b.viewers_peak, b.viewers_total, {POSTER}, b.version,
(SELECT p.product_id FROM livestream_pin p WHERE p.broadcast_id = b.id AND p.unpinned_at IS NULL) AS pinned_id,
EXISTS (SELECT 1 FROM livestream_stream_key k WHERE k.broadcast_id = b.id) AS has_key
"""  # noqa: S608 - our own text
JOINED: Final = """
FROM livestream_broadcast b JOIN livestream_broadcaster r ON r.id = b.broadcaster_id
LEFT JOIN livestream_category c ON c.id = b.category_id
"""
_ONE: Final = f"SELECT {FIELDS} {JOINED} WHERE b.id = $2"


async def find(tx: Tx, broadcast_id: uuid.UUID, locale: str = "") -> Broadcast | None:
    return await tx.first(Broadcast, _ONE, locale, broadcast_id)


async def get(tx: Tx, broadcast_id: uuid.UUID, locale: str = "") -> Broadcast:
    """Raises NotFound."""
    found = await find(tx, broadcast_id, locale)
    if found is None:
        raise NotFound
    return found
