"""The audit of the shared schema, as far as it concerns an agency."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Final

import msgspec

from nakamise.contracts.audit import LogVerdict
from nakamise.contracts.control import AuditLine, AuditPage
from nakamise.runtime import Runtime
from nakamise.tenancy import control_seals
from nakamise.tenancy.agencies.cursor import After, like, pack, unpack
from nakamise.tenancy.agencies.scope import Scope

LIMIT_MAX: Final = 200
_SORT: Final = "audit"
_LINES: Final = """
SELECT id, at, actor, act, tenant_id, tenant_slug, detail FROM nakamise.control_audit
WHERE ($1::uuid IS NULL OR agency_id = $1) AND ($2::uuid IS NULL OR tenant_id = $2)
  AND (actor ILIKE $3 OR act ILIKE $3 OR tenant_slug ILIKE $3 OR detail::text ILIKE $3)
  AND ($5::uuid IS NULL OR (at, id) < ($4::text::timestamptz, $5))
ORDER BY at DESC, id DESC LIMIT $6
"""
_OWN: Final = "SELECT id FROM control_audit WHERE id = ANY ($1) AND agency_id = $2"
_OWN_SEALED: Final = """
SELECT count(*) FROM control_audit a JOIN control_audit_link l ON l.audit_id = a.id WHERE a.agency_id = $1
"""


class _Row(msgspec.Struct, frozen=True):
    id: uuid.UUID
    at: datetime
    actor: str
    act: str
    tenant_id: uuid.UUID | None
    tenant_slug: str
    detail: dict[str, Any]


async def audit(
    runtime: Runtime,
    scope: Scope,
    *,
    search: str,
    tenant_id: uuid.UUID | None,
    cursor: str | None,
    limit: int,
) -> AuditPage:
    """Raises BadRequest."""
    after = unpack(cursor, _SORT)
    wanted = max(1, min(limit, LIMIT_MAX))
    place = (after.key, after.id) if after else (None, None)
    async with runtime.db.control(read_only=True) as tx:
        rows = await tx.all(_Row, _LINES, scope.only, tenant_id, like(search), *place, wanted + 1)
    lines = tuple(_line(row) for row in rows[:wanted])
    if len(rows) <= wanted:
        return AuditPage(lines, None)
    return AuditPage(lines, pack(After(_SORT, lines[-1].at.isoformat(), lines[-1].id)))


async def verify(runtime: Runtime, scope: Scope) -> LogVerdict:
    """Whole for operators, see ``LogVerdict``."""
    found = await control_seals.verify(runtime.db)
    whole = LogVerdict(**msgspec.structs.asdict(found))
    if scope.only is None:
        return whole
    async with runtime.db.control(read_only=True) as tx:
        return msgspec.structs.replace(
            whole,
            rows=await tx.value(_OWN_SEALED, scope.only),
            changed=await tx.values(_OWN, found.changed, scope.only),
            inserted=await tx.values(_OWN, found.inserted, scope.only),
            removed=(),
        )


def _line(row: _Row) -> AuditLine:
    return AuditLine(
        id=row.id,
        at=row.at,
        actor=row.actor,
        act=row.act,
        tenant_id=row.tenant_id,
        tenant=row.tenant_slug,
        detail=row.detail,
    )
