"""What was charged to tenants that are gone for good."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.plans import ClosedAccount
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies.scope import Scope

_CLOSED: Final = (
    "SELECT l.tenant_slug AS tenant, l.month, sum(l.amount)::bigint AS net, count(*)::int AS lines"
    " FROM nakamise.invoice_line l WHERE l.tenant_slug <> '' AND ($1::uuid IS NULL OR l.agency_id = $1)"
    " GROUP BY l.tenant_id, l.tenant_slug, l.month ORDER BY l.month DESC, l.tenant_slug"
)


async def closed_accounts(runtime: Runtime, scope: Scope) -> list[ClosedAccount]:
    async with runtime.db.control(read_only=True) as tx:
        return await tx.all(ClosedAccount, _CLOSED, scope.only)
