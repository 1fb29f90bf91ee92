"""The rates by which a tenant's sales are shared, in versions by date."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final, Literal

import msgspec

from nakamise.contracts.shares import WHOLE_BP, Node, ShareRates
from nakamise.errors import FieldError, Invalid
from nakamise.ids import uuid7
from nakamise.plans import terms
from nakamise.plugin.context import TenantCtx
from nakamise.runtime import Runtime
from nakamise.tenancy.control import By, lock_tenant, note
from nakamise.ui.i18n import N_

RateKind = Literal["platform", "agency", "broadcaster"]

_MINE: Final = "SELECT r.kind, r.party, r.rate_bp, r.valid_from FROM nakamise.my_share_rates($1) r"
# The largest rate of the other party of the sale that is in force at $3 or comes later.
_OTHERS: Final = """
SELECT coalesce(max(r.rate_bp), 0) FROM share_rate r
WHERE r.tenant_id = $1 AND r.kind IN ('platform', 'agency') AND r.kind <> $2 AND $2 <> 'broadcaster'
  AND r.valid_from >= coalesce((SELECT max(e.valid_from) FROM share_rate e
      WHERE e.tenant_id = $1 AND e.kind = r.kind AND e.valid_from <= $3), '-infinity')
"""
_AGENCY: Final = "SELECT t.agency_id FROM tenant t WHERE t.id = $1"


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """``party``: one broadcaster's own rate; None: everybody's. ``rate_bp`` in 1/100 %."""

    kind: RateKind
    party: uuid.UUID | None
    rate_bp: int
    valid_from: datetime


async def rates_of(runtime: Runtime, tenant_id: uuid.UUID) -> list[Rate]:
    """All versions, the newest first. Raises NotFound."""
    async with runtime.db.control(read_only=True) as tx:
        await terms.subscriber(tx, tenant_id)
        return await tx.all(
            Rate,
            "SELECT r.kind, r.party, r.rate_bp, r.valid_from FROM share_rate r WHERE r.tenant_id = $1"
            " ORDER BY r.valid_from DESC, r.id DESC",
            tenant_id,
        )


async def set_rate(
    runtime: Runtime,
    tenant_id: uuid.UUID,
    kind: RateKind,
    rate_bp: int,
    *,
    actor: str | By,
    party: uuid.UUID | None = None,
    valid_from: datetime | None = None,
) -> None:
    """A new version from ``valid_from`` on, now when None: lines that are frozen keep theirs.

    Raises NotFound, Invalid (``rate_bp``, ``valid_from``): a rate that does not fit with the others, the past.
    """
    async with runtime.db.control() as tx:
        await lock_tenant(tx.connection, tenant_id)
        await terms.subscriber(tx, tenant_id)
        now = runtime.clock.now()
        start = valid_from or now
        if start < now:
            raise Invalid({"valid_from": FieldError(N_("Rates change from now on, not in the past."))})
        others = await tx.value(_OTHERS, tenant_id, kind, start)
        if not 0 <= rate_bp <= WHOLE_BP - others:
            raise Invalid({"rate_bp": FieldError(N_("All shares together are more than 100 %."))})
        await tx.execute(
            "INSERT INTO share_rate (id, tenant_id, kind, party, valid_from, rate_bp, actor)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            *(uuid7(), tenant_id, kind, party, start, rate_bp),
            actor if isinstance(actor, str) else actor.name,
        )
        detail = {"kind": kind, "party": str(party or ""), "rate_bp": rate_bp}
        await note(tx.connection, "tenant.share", tenant_id=tenant_id, actor=actor, detail=detail)


class TenantShareBook:
    """``contracts.shares.ShareBook`` for the tenant of ``ctx``."""

    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def tree_at(self, at: datetime, *, broadcaster: uuid.UUID | None = None) -> Node:
        async with self._ctx.read() as tx:
            found = {(rate.kind, rate.party): rate.rate_bp for rate in await tx.all(Rate, _MINE, at)}
        async with self._ctx.runtime.db.control(read_only=True) as control:
            agency: uuid.UUID = await control.value(_AGENCY, self._ctx.tenant.id)
        common = found.get(("broadcaster", None), 0)
        rates = ShareRates(
            platform_bp=found.get(("platform", None), 0),
            agency_bp=found.get(("agency", None), 0),
            broadcaster_bp=found.get(("broadcaster", broadcaster), common),
        )
        return rates.tree(agency=agency, tenant=self._ctx.tenant.id, broadcaster=broadcaster)
