"""One tenant with everything that the console shows of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.control import TenantDetail
from nakamise.plugin.context import TenantCtx
from nakamise.tenancy.agencies import look
from nakamise.tenancy.agencies.addresses import addresses_of
from nakamise.tenancy.agencies.listing import summary
from nakamise.tenancy.agencies.scope import Scope, find

_REST: Final = (
    "SELECT t.locale, t.timezone, t.currency, t.state_reason, t.purge_at,"
    " ARRAY(SELECT s.plugin FROM nakamise.plugin_switch s WHERE s.tenant_id = t.id AND s.is_on ORDER BY 1) AS plugins"
    " FROM nakamise.tenant t WHERE t.id = $1"
)


class _Rest(msgspec.Struct, frozen=True, kw_only=True):
    locale: str
    timezone: str
    currency: str
    state_reason: str
    purge_at: datetime | None
    plugins: tuple[str, ...]


async def tenant(ctx: TenantCtx, scope: Scope, tenant_id: uuid.UUID) -> TenantDetail:
    """Raises NotFound."""
    async with ctx.runtime.db.control(read_only=True) as tx:
        found = await find(tx, scope, tenant_id)
        rest = await tx.one(_Rest, _REST, tenant_id)
        return TenantDetail(
            summary=await summary(ctx, tx, tenant_id),
            brand=await look.view(tx, found),
            hosts=await addresses_of(tx.connection, tenant_id),
            plugins=rest.plugins,
            locale=rest.locale,
            timezone=rest.timezone,
            currency=rest.currency,
            state_reason=rest.state_reason,
            purge_at=rest.purge_at,
        )
