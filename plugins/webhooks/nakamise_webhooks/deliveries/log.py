"""Reading the log."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise_webhooks.deliveries.schemas import PAGE_SIZE, Attempt, Detail, LogFilter, LogPage, Row
from nakamise_webhooks.signing import message_id

_ATTEMPTS_MAX: Final = 50
_CHUNK: Final = 500
_FROM: Final = """
FROM webhooks_delivery d JOIN webhooks_message m ON m.id = d.message_id
JOIN webhooks_endpoint e ON e.id = d.endpoint_id
"""
_ROW: Final = f"""
SELECT d.id, d.endpoint_id, d.message_id AS event_id, e.url, m.topic, d.state, d.tries, d.last_status, d.last_error,
    d.next_at, d.created_at, d.settled_at {_FROM}
"""
_MATCH: Final = """
WHERE ($1::uuid IS NULL OR d.endpoint_id = $1)
  AND ($2 = '' OR strpos(lower(m.topic || ' msg_' || replace(m.id::text, '-', '') || ' ' || m.body), lower($2)) > 0)
"""
_STATE: Final = " AND ($3 = '' OR d.state = $3)"
_PAGE: Final = _ROW + _MATCH + _STATE + " ORDER BY d.created_at DESC, d.id DESC LIMIT $4 OFFSET $5"
_COUNTS: Final = f"SELECT d.state, count(*) AS number {_FROM} {_MATCH} GROUP BY d.state"
_ONE: Final = _ROW + "WHERE d.id = $1"
_ATTEMPTS: Final = """
SELECT id, at, ms, status, error, request_headers, answer_headers, answer_body, is_cut
FROM webhooks_attempt WHERE delivery_id = $1 ORDER BY at DESC, id DESC LIMIT $2
"""


class _Count(msgspec.Struct):
    state: str
    number: int


async def log_page(
    tx: Tx, wanted: LogFilter, endpoint_id: uuid.UUID | None, size: int = PAGE_SIZE
) -> LogPage:
    """Newest first; ``endpoint_id`` None: of all endpoints."""
    counts = {one.state: one.number for one in await tx.all(_Count, _COUNTS, endpoint_id, wanted.q)}
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    offset = (wanted.page - 1) * size
    items = await tx.all(Row, _PAGE, endpoint_id, wanted.q, wanted.state, size, offset)
    return LogPage(
        items=items, total=total, page=wanted.page, page_count=max(1, -(-total // size)), counts=counts
    )


async def all_rows(ctx: TenantCtx, wanted: LogFilter, endpoint_id: uuid.UUID | None) -> AsyncIterator[Row]:
    """Every page, for a download."""
    page, page_count = 1, 1
    while page <= page_count:
        async with ctx.read() as tx:
            asked = msgspec.structs.replace(wanted, page=page)
            found = await log_page(tx, asked, endpoint_id, _CHUNK)
        for row in found.items:
            yield row
        page, page_count = page + 1, found.page_count


async def detail(tx: Tx, delivery_id: uuid.UUID) -> Detail:
    """Raises NotFound."""
    row = await tx.first(Row, _ONE, delivery_id)
    if row is None:
        raise NotFound
    return Detail(
        row=row,
        message_id=message_id(row.event_id),
        body=str(await tx.value("SELECT body FROM webhooks_message WHERE id = $1", row.event_id)),
        attempts=await tx.all(Attempt, _ATTEMPTS, delivery_id, _ATTEMPTS_MAX),
    )
