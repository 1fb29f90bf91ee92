"""Reading broadcasters."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise_livestream.broadcasters.schemas import Broadcaster, PublicBroadcaster, StaffFilter, StaffLine


def picture_of(column: str) -> str:
    """SQL for the ``Media`` that ``column`` names, or NULL."""
    fields = "'id', m.id, 'width', m.width, 'height', m.height, 'colour', m.colour, 'keys', m.keys"
    return f"(SELECT jsonb_build_object({fields}) FROM core_media m WHERE m.id = {column})"  # noqa: S608 - our own text


_TOOK_PLACE: Final = (
    "(SELECT count(*) FROM livestream_broadcast x WHERE x.broadcaster_id = b.id"
    " AND x.started_at IS NOT NULL)::int AS broadcasts"
)
_FIELDS: Final = f"""
b.id, b.user_id, b.name, b.bio, b.motive, b.state, b.state_reason, b.applied_at, b.decided_at, b.version,
{picture_of("b.picture_id")} AS picture, {picture_of("b.banner_id")} AS banner, {_TOOK_PLACE}
"""
_BY_ID: Final = f"SELECT {_FIELDS} FROM livestream_broadcaster b WHERE b.id = $1"  # noqa: S608 - our own text
_BY_USER: Final = f"SELECT {_FIELDS} FROM livestream_broadcaster b WHERE b.user_id = $1"  # noqa: S608 - our own text
PUBLIC_FIELDS: Final = f"""
b.id, b.user_id, b.name, b.bio, b.applied_at AS since,
{picture_of("b.picture_id")} AS picture, {picture_of("b.banner_id")} AS banner, {_TOOK_PLACE}
"""
_PUBLIC: Final = f"""
SELECT {PUBLIC_FIELDS} FROM livestream_broadcaster b WHERE b.id = $1 AND b.state = 'approved'
"""  # noqa: S608 - our own text
_MATCH: Final = """
FROM livestream_broadcaster b LEFT JOIN core_user u ON u.id = b.user_id
WHERE ($1 = '' OR strpos(lower(b.name || ' ' || coalesce(u.email, '')), lower($1)) > 0)
"""
_LIST: Final = f"""
SELECT {_FIELDS}, coalesce(u.email, '') AS email {_MATCH} AND ($2::text IS NULL OR b.state = $2)
ORDER BY b.applied_at DESC, b.id LIMIT $3 OFFSET $4
"""
_COUNTS: Final = f"SELECT b.state, count(*) AS number {_MATCH} GROUP BY b.state"


class Count(msgspec.Struct, frozen=True):
    state: str
    number: int


async def find(tx: Tx, broadcaster_id: uuid.UUID) -> Broadcaster | None:
    return await tx.first(Broadcaster, _BY_ID, broadcaster_id)


async def find_of_user(tx: Tx, user_id: uuid.UUID) -> Broadcaster | None:
    return await tx.first(Broadcaster, _BY_USER, user_id)


async def find_public(tx: Tx, broadcaster_id: uuid.UUID) -> PublicBroadcaster | None:
    return await tx.first(PublicBroadcaster, _PUBLIC, broadcaster_id)


async def staff_lines(tx: Tx, wanted: StaffFilter, size: int) -> list[StaffLine]:
    offset = (wanted.page - 1) * size
    return await tx.all(StaffLine, _LIST, wanted.q, wanted.state, size, offset)


async def counts(tx: Tx, query: str) -> dict[str, int]:
    """Broadcasters by state, whose name or address contains ``query``."""
    return {one.state: one.number for one in await tx.all(Count, _COUNTS, query)}
