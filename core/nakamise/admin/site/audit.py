"""Reading the audit log: filtered, in pages, and whole as CSV."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import msgspec

from nakamise.admin.site.acts import act_label
from nakamise.db import Tx
from nakamise.plugin.context import TenantCtx
from nakamise.ui.formats import local_time
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.paging import Paged
from nakamise.ui.sheets import BOM, csv_text

PAGE_SIZE: Final = 50
CHUNK: Final = 1000
COLUMNS: Final = (
    N_("When"),
    N_("Who"),
    N_("What"),
    N_("Act"),
    N_("Concerns"),
    N_("IP address"),
    N_("Details"),
)
_ROWS: Final = """
SELECT id, at, actor_id, actor_name, act, subject, ip, detail FROM core_audit
WHERE ($1 = '' OR strpos(lower(actor_name), lower($1)) > 0 OR actor_id::text = $1)
AND ($2 = '' OR act = $2 OR starts_with(act, $2 || '.'))
AND ($3 = '' OR strpos(lower(subject || ' ' || detail::text), lower($3)) > 0)
AND at >= $4 AND at < $5
"""
_EVER: Final = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``who``: part of a name, or a user's id; ``act``: an act or its beginning; days are inclusive."""

    who: str = ""
    act: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    at: datetime
    actor_id: uuid.UUID | None
    actor_name: str
    act: str
    subject: str
    ip: str
    detail: Mapping[str, Any]


class AuditPage(Paged, frozen=True, kw_only=True):
    rows: list[AuditRow]


async def audit_page(ctx: TenantCtx, tx: Tx, wanted: AuditFilter) -> AuditPage:
    """The newest first."""
    values = _values(ctx, wanted)
    total = await tx.value(f"SELECT count(*) FROM ({_ROWS}) AS found", *values)  # noqa: S608 - a constant
    offset = (max(1, wanted.page) - 1) * PAGE_SIZE
    rows = await tx.all(
        AuditRow, _ROWS + " ORDER BY at DESC, id DESC LIMIT $6 OFFSET $7", *values, PAGE_SIZE, offset
    )
    return AuditPage(total=total, page=max(1, wanted.page), page_size=PAGE_SIZE, rows=rows)


async def acts_used(tx: Tx) -> list[str]:
    return await tx.values("SELECT DISTINCT act FROM core_audit ORDER BY act")


async def audit_csv(ctx: TenantCtx, wanted: AuditFilter) -> AsyncIterator[bytes]:
    """Piece by piece, the oldest first; each piece is read in a transaction of its own."""
    _ = gettext_for(ctx.locale, "core")
    yield (BOM + csv_text([[_(column) for column in COLUMNS]])).encode()
    after: tuple[object, object] = (_EVER[0], uuid.UUID(int=0))
    while True:
        async with ctx.read() as tx:
            rows = await tx.all(
                AuditRow,
                _ROWS + " AND (at, id) > ($6, $7) ORDER BY at, id LIMIT $8",
                *_values(ctx, wanted),
                *after,
                CHUNK,
            )
        if not rows:
            return
        yield csv_text([_cells(ctx, row) for row in rows]).encode()
        after = (rows[-1].at, rows[-1].id)


def _values(ctx: TenantCtx, wanted: AuditFilter) -> list[object]:
    return [
        wanted.who.strip(),
        wanted.act.strip(),
        wanted.subject.strip(),
        _midnight(ctx, wanted.since) if wanted.since else _EVER[0],
        _midnight(ctx, wanted.until + timedelta(days=1)) if wanted.until else _EVER[1],
    ]


def _midnight(ctx: TenantCtx, day: date) -> datetime:
    return datetime.combine(day, time(), ctx.tenant.zone)


def _cells(ctx: TenantCtx, row: AuditRow) -> list[object]:
    return [
        f"{local_time(row.at, ctx.tenant.timezone):%Y-%m-%d %H:%M:%S}",
        row.actor_name or str(row.actor_id or ""),
        act_label(ctx, row.act),
        row.act,
        row.subject,
        row.ip,
        msgspec.json.encode(row.detail).decode() if row.detail else "",
    ]
