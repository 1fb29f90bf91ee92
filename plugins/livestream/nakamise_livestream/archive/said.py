"""The chat of a recording, in step with the picture."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.archive.playlist import duration_us, media_time
from nakamise_livestream.archive.schemas import Part, Said, SaidLine
from nakamise_livestream.archive.watching import parts, readable
from nakamise_livestream.chat.schemas import Role

PIECE: Final = 200
_LINES: Final = """
SELECT id, author_name, author_role, text, said_at FROM livestream_comment
WHERE broadcast_id = $1 AND deleted_at IS NULL AND said_at >= $2 ORDER BY said_at, id LIMIT $3
"""


class _Row(msgspec.Struct, frozen=True):
    id: uuid.UUID
    author_name: str
    author_role: Role
    text: str
    said_at: datetime


async def said(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, from_s: float) -> Said:
    """Up to 200 lines from ``from_s`` on, and all that were said at the same moment as the last. Raises NotFound."""
    await readable(ctx, tx, broadcast_id)
    found = await parts(tx, broadcast_id)
    if not found or from_s * 1_000_000 > duration_us(found):
        return Said([], None)
    rows = await tx.all(_Row, _LINES, broadcast_id, _moment(from_s, found), PIECE)
    lines = [_line(row, found) for row in rows]
    return Said(lines, lines[-1].at_s if len(rows) == PIECE else None)


def _line(row: _Row, found: Sequence[Part]) -> SaidLine:
    return SaidLine(
        id=row.id,
        name=row.author_name,
        role=row.author_role,
        text=row.text,
        at_s=round(media_time(row.said_at, found), 3),
    )


def _moment(at_s: float, found: Sequence[Part]) -> datetime:
    """When it happened; `media_time` the other way round."""
    at_us = at_s * 1_000_000
    part = max(
        (one for one in found if one.starts_us <= at_us), key=lambda one: one.starts_us, default=found[0]
    )
    return part.begins_at + timedelta(microseconds=at_us - part.starts_us)
