"""Recordings that everybody may see."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.media import Media
from nakamise_livestream.broadcasters.repository import picture_of
from nakamise_livestream.broadcasts.schemas import path_of

MOST: Final = 60
_PUBLISHED: Final = f"""
SELECT b.id, b.title, p.name AS by, b.started_at, r.views, r.poster_key <> '' AS has_poster,
    {picture_of("b.cover_id")} AS cover,
    (SELECT max(s.starts_us + s.duration_us) FROM livestream_segment s WHERE s.broadcast_id = b.id) AS duration_us,
    (SELECT count(*) FROM livestream_product l WHERE l.broadcast_id = b.id)::int AS products
FROM livestream_recording r JOIN livestream_broadcast b ON b.id = r.broadcast_id
JOIN livestream_broadcaster p ON p.id = b.broadcaster_id
WHERE r.is_published AND r.deleted_at IS NULL AND b.state = 'ended' AND b.started_at IS NOT NULL
    AND p.state = 'approved'
    AND EXISTS (SELECT 1 FROM livestream_segment s WHERE s.broadcast_id = b.id)
ORDER BY b.started_at DESC, b.id LIMIT $1
"""  # noqa: S608 - our own text


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    title: str
    by: str
    started_at: datetime
    views: int
    has_poster: bool
    cover: Media | None
    duration_us: int
    products: int

    @property
    def path(self) -> str:
        return f"{path_of(self.id)}/archive"

    @property
    def poster(self) -> str:
        return f"{path_of(self.id)}/hls/poster.webp"

    @property
    def duration_s(self) -> float:
        return self.duration_us / 1_000_000


async def published(tx: Tx) -> list[Listed]:
    """The newest first, sixty at most."""
    return await tx.all(Listed, _PUBLISHED, MOST)
