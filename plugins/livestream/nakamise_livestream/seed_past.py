"""Broadcasts of a blueprint that took place already, with what was said and a replay made of their products' pictures.

[[past]]                                said = [                  # who is no user here, but was in the audience
slug = "first-winter"                       ["みか", 40, "…"],     # seconds after the beginning
broadcaster = "live@…"                  ]
title = "…"                             viewers_peak = 214
days_ago = 3                            viewers_total = 890
time = "20:00"
category, image, description, products as in [[broadcasts]]
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from nakamise.contracts.catalog import CatalogProduct
from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.media import put_object, read_object
from nakamise.plugin import TenantCtx
from nakamise_livestream.seed_film import SLIDE_S, Film, film

Row = Mapping[str, Any]
_KIND: Final = "recording"
_BROADCAST: Final = """
INSERT INTO livestream_broadcast (id, broadcaster_id, title, description, category_id, cover_id, scheduled_for, state,
    started_at, ended_at, end_why, viewers_peak, viewers_total, created_at, updated_at)
SELECT $1, r.id, $3, $4, (SELECT c.id FROM livestream_category c WHERE c.slug = $5), $6, $7, 'ended', $7, $8, 'host',
    $9, $10, $7, $8
FROM livestream_broadcaster r WHERE r.user_id = $2
ON CONFLICT (id) DO NOTHING
"""
_PIN: Final = """
INSERT INTO livestream_pin (id, broadcast_id, product_id, pinned_at, unpinned_at) VALUES ($1, $2, $3, $4, $5)
"""
_SAID: Final = """
INSERT INTO livestream_comment (id, broadcast_id, author_name, author_role, text, client_key, said_at)
VALUES ($1, $2, $3, 'viewer', $4, $1, $5)
"""
_RECORDING: Final = """
INSERT INTO livestream_recording (broadcast_id, created_at, poster_key)
SELECT id, $2, $3 FROM livestream_broadcast WHERE id = $1
ON CONFLICT (broadcast_id) DO NOTHING
"""
_SEGMENT: Final = """
INSERT INTO livestream_segment
    (broadcast_id, number, key, init_key, begins_at, starts_us, duration_us, bytes, is_discontinuous)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $2 = 1)
"""


def id_of(ctx: TenantCtx, slug: str) -> uuid.UUID:
    return uuid.uuid5(ctx.tenant.id, f"livestream/past/{slug}")


def began_at(ctx: TenantCtx, row: Row) -> datetime:
    zone = ctx.tenant.zone
    day = ctx.now().astimezone(zone).date() - timedelta(days=int(row["days_ago"]))
    return datetime.combine(day, time.fromisoformat(row["time"]), tzinfo=zone)


async def took_place(
    ctx: TenantCtx,
    tx: Tx,
    row: Row,
    *,
    user_id: uuid.UUID,
    cover: uuid.UUID | None,
    shown: Sequence[CatalogProduct],
) -> bool:
    """False: it stands there already."""
    id_, at = id_of(ctx, row["slug"]), began_at(ctx, row)
    ended = at + timedelta(seconds=SLIDE_S * max(1, len(shown)))
    text = (row["title"], row.get("description", ""), row.get("category"))
    numbers = (row.get("viewers_peak", 0), row.get("viewers_total", 0))
    if await tx.execute(_BROADCAST, id_, user_id, *text, cover, at, ended, *numbers) != 1:
        return False
    for place, product in enumerate(shown):
        pinned = at + timedelta(seconds=SLIDE_S * place)
        await tx.execute(_PIN, uuid7(), id_, product.id, pinned, pinned + timedelta(seconds=SLIDE_S))
    for name, after_s, said in row.get("said", []):
        await tx.execute(_SAID, uuid7(), id_, name, said, at + timedelta(seconds=after_s))
    return True


async def replay(ctx: TenantCtx, row: Row, shown: Sequence[CatalogProduct]) -> None:
    """Slides of the products, as if they had been held up. Outside of transactions: it is drawn and encoded."""
    pictures = [
        await read_object(ctx, product.picture.key(640)) for product in shown if product.picture is not None
    ]
    made = await film(pictures)
    id_, at = id_of(ctx, row["slug"]), began_at(ctx, row)
    keys = [await put_object(ctx, _KIND, "m4s", part.media) for part in made]
    init_key = await put_object(ctx, _KIND, "mp4", made[0].init)
    poster_key = await put_object(ctx, _KIND, "webp", pictures[0])
    async with ctx.begin() as tx:
        if await tx.execute(_RECORDING, id_, at, poster_key) == 1:
            await _segments(tx, id_, at, made, keys, init_key)


async def _segments(
    tx: Tx, id_: uuid.UUID, at: datetime, made: Sequence[Film], keys: Sequence[str], init_key: str
) -> None:
    for number, (part, key) in enumerate(zip(made, keys, strict=True), 1):
        starts_us = (number - 1) * SLIDE_S * 1_000_000
        begins = at + timedelta(microseconds=starts_us)
        times = (begins, starts_us, SLIDE_S * 1_000_000)
        await tx.execute(_SEGMENT, id_, number, key, init_key, *times, len(part.media))
