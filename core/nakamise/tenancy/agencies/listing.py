"""Tenants of an agency as lines: searched, filtered, sorted, page by page."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.control import TenantPage, TenantSort, TenantState, TenantSummary
from nakamise.db import Tx
from nakamise.plugin.context import TenantCtx
from nakamise.tenancy.agencies.cursor import After, like, pack, unpack
from nakamise.tenancy.agencies.health import Patient, health_of
from nakamise.tenancy.agencies.peak import PEAK, Peak, monthly_meters, peak_in_words
from nakamise.tenancy.agencies.scope import Scope

LIMIT_MAX: Final = 100
_COLUMNS: Final = f"""
SELECT t.id, t.slug, t.name, t.state, t.plan, t.schema, a.name AS agency, coalesce(h.host, '') AS canonical_host,
       t.created_at, (SELECT count(*) FROM nakamise.plugin_switch s WHERE s.tenant_id = t.id AND s.is_on) AS plugins,
       {PEAK} AS peak
"""  # noqa: S608 - constants
_FROM: Final = """
FROM nakamise.tenant t
JOIN nakamise.agency a ON a.id = t.agency_id
LEFT JOIN nakamise.tenant_host h ON h.tenant_id = t.id AND h.canonical
WHERE t.state <> 'building' AND ($1::uuid IS NULL OR t.agency_id = $1) AND ($2::uuid IS NULL OR t.agency_id = $2)
  AND ($3::text IS NULL OR t.state = $3)
  AND (t.name ILIKE $4 OR t.slug ILIKE $4
       OR EXISTS (SELECT 1 FROM nakamise.tenant_host x WHERE x.tenant_id = t.id AND x.host ILIKE $4))
"""
_PERCENT: Final = f"coalesce(({PEAK} ->> 'percent')::bigint, -1)"
# The rest of the statement for each order: rows after ($5, $6) when $6 is given.
_ORDER: Final[dict[TenantSort, str]] = {
    "name": "AND ($6::uuid IS NULL OR (t.name, t.id) > ($5::text, $6)) ORDER BY t.name, t.id",
    "-name": "AND ($6::uuid IS NULL OR (t.name, t.id) < ($5::text, $6)) ORDER BY t.name DESC, t.id DESC",
    "created": "AND ($6::uuid IS NULL OR (t.created_at, t.id) > ($5::text::timestamptz, $6))"
    " ORDER BY t.created_at, t.id",
    "-created": "AND ($6::uuid IS NULL OR (t.created_at, t.id) < ($5::text::timestamptz, $6))"
    " ORDER BY t.created_at DESC, t.id DESC",
    "-usage": f"AND ($6::uuid IS NULL OR ({_PERCENT}, t.id) < ($5::text::bigint, $6))"
    f" ORDER BY {_PERCENT} DESC, t.id DESC",
}


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    search: str = ""
    state: TenantState | None = None
    agency_id: uuid.UUID | None = None
    sort: TenantSort = "name"
    cursor: str | None = None
    limit: int = 30


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    slug: str
    name: str
    state: TenantState
    plan: str
    schema: str
    agency: str
    canonical_host: str
    plugins: int
    created_at: datetime
    peak: Peak | None


async def tenants(ctx: TenantCtx, scope: Scope, wanted: Filter) -> TenantPage:
    """In the words of ``ctx``. Raises BadRequest for a cursor of another list."""
    after = unpack(wanted.cursor, wanted.sort)
    limit = max(1, min(wanted.limit, LIMIT_MAX))
    filters = (scope.only, wanted.agency_id, wanted.state, like(wanted.search))
    place = (after.key, after.id) if after else (None, None)
    async with ctx.runtime.db.control(read_only=True) as tx:
        total = await tx.value(f"SELECT count(*) {_FROM}", *filters)
        text = f"{_COLUMNS} {_FROM} {_ORDER[wanted.sort]} LIMIT $8"
        rows = await tx.all(_Row, text, *filters, *place, monthly_meters(ctx), limit + 1)
        items = await _summaries(ctx, tx, rows[:limit])
    more = len(rows) > limit
    return TenantPage(items, total, _next(wanted.sort, rows[limit - 1]) if more else None)


async def summary(ctx: TenantCtx, tx: Tx, tenant_id: uuid.UUID) -> TenantSummary:
    """Of a tenant that the caller found within its scope."""
    text = f"{_COLUMNS} {_FROM} AND t.id = $5 AND $6::text IS NULL"
    rows = await tx.all(_Row, text, None, None, None, "%", tenant_id, None, monthly_meters(ctx))
    return (await _summaries(ctx, tx, rows))[0]


def _next(sort: TenantSort, last: _Row) -> str:
    key = last.name if sort.endswith("name") else last.created_at.isoformat()
    if sort == "-usage":
        key = str(last.peak.percent if last.peak else -1)
    return pack(After(sort, key, last.id))


async def _summaries(ctx: TenantCtx, tx: Tx, rows: Sequence[_Row]) -> tuple[TenantSummary, ...]:
    health = await health_of(
        ctx.runtime, tx, [Patient(row.id, row.schema, row.state == "active") for row in rows]
    )
    return tuple(
        TenantSummary(
            id=row.id,
            slug=row.slug,
            name=row.name,
            state=row.state,
            plan=row.plan,
            agency=row.agency,
            canonical_host=row.canonical_host,
            url=ctx.runtime.directory.url_of_host(row.canonical_host) + "/",
            plugins=row.plugins,
            created_at=row.created_at,
            usage=peak_in_words(ctx, row.peak),
            health=health[row.id],
        )
        for row in rows
    )
