"""The log of a chat and its minutes as CSV, read in pieces: a long evening has tens of thousands of lines."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from litestar.response import Stream

from nakamise.plugin import TenantCtx
from nakamise.web import BOM, N_, csv_stream, csv_text
from nakamise_livestream.broadcasts import access
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.chat import lines
from nakamise_livestream.chat.minutes import minutes
from nakamise_livestream.words import words

PIECE: Final = 1_000
_PIECE: Final = f"""
SELECT {lines.FIELDS} FROM livestream_comment
WHERE broadcast_id = $1 AND ($2::timestamptz IS NULL OR (said_at, id) > ($2, $3::uuid))
ORDER BY said_at, id LIMIT $4
"""  # noqa: S608 - our own text
_LOG_HEAD: Final = (
    N_("Date and time"),
    N_("Seconds since the start"),
    N_("Name"),
    N_("Role"),
    N_("Comment"),
    N_("As it was written"),
    N_("Removed at"),
    N_("Removed by"),
)
_MINUTES_HEAD: Final = (
    N_("Minute"),
    N_("Viewers"),
    N_("Peak"),
    N_("Different viewers"),
    N_("Reactions"),
    N_("Comments"),
)


async def log_answer(ctx: TenantCtx, broadcast_id: uuid.UUID) -> Stream:
    """Raises NotFound, Forbidden."""
    async with ctx.read() as tx:
        broadcast = await access.moderated(ctx, tx, broadcast_id)
    return csv_stream(f"chat-{broadcast_id}.csv", _log(ctx, broadcast))


async def minutes_answer(ctx: TenantCtx, broadcast_id: uuid.UUID) -> Stream:
    """Raises NotFound, Forbidden."""
    async with ctx.read() as tx:
        found = await minutes(ctx, tx, broadcast_id)
    rows = [
        (_local(ctx, one.minute), one.viewers, one.peak, one.visitors, one.reactions, one.comments)
        for one in found
    ]
    text = BOM + csv_text([tuple(map(words(ctx), _MINUTES_HEAD)), *rows])
    return csv_stream(f"minutes-{broadcast_id}.csv", iter([text]))


async def _log(ctx: TenantCtx, broadcast: Broadcast) -> AsyncIterator[str]:
    yield BOM + csv_text([tuple(map(words(ctx), _LOG_HEAD))])
    last: lines.Row | None = None
    while True:
        after = (last.said_at, last.id) if last else (None, None)
        async with ctx.read() as tx:
            rows = await tx.all(lines.Row, _PIECE, broadcast.id, *after, PIECE)
        yield csv_text([_cells(ctx, broadcast, row) for row in rows])
        if len(rows) < PIECE:
            return
        last = rows[-1]


def _cells(ctx: TenantCtx, broadcast: Broadcast, row: lines.Row) -> tuple[object, ...]:
    since = int((row.said_at - broadcast.started_at).total_seconds()) if broadcast.started_at else ""
    return (
        _local(ctx, row.said_at),
        since,
        row.author_name,
        row.author_role.value,
        row.text,
        row.original,
        _local(ctx, row.deleted_at) if row.deleted_at else "",
        row.deleted_by_name,
    )


def _local(ctx: TenantCtx, at: datetime) -> str:
    """In the tenant's time, as spreadsheets read it."""
    return f"{at.astimezone(ctx.tenant.zone):%Y-%m-%d %H:%M:%S}"
