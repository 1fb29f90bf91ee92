"""A tenant's plan, as the console sees it; ``nakamise.plans`` does the work."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from nakamise.contracts.control import PlanInfo
from nakamise.contracts.plans import PlanPolicy, ShareKind, ShareLine
from nakamise.errors import FieldError, Invalid, NotFound
from nakamise.plans import rates, service
from nakamise.plugin.context import TenantCtx
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies.scope import Scope, find
from nakamise.ui.i18n import N_

CONTACT_MAX: Final = 200


async def plans(ctx: TenantCtx) -> list[PlanInfo]:
    """Those on offer, in the order of the price list."""
    return [PlanInfo(plan.id, plan.title(ctx.locale)) for plan in await service.list_plans(ctx.runtime)]


async def check(runtime: Runtime, plan: str, faults: dict[str, FieldError]) -> None:
    """ "" is the plan that the blueprint names."""
    if plan and plan not in {known.id for known in await service.list_plans(runtime)}:
        faults["plan"] = FieldError(N_("There is no such plan."))


async def set_plan(runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, plan: str) -> None:
    """Plans that are not on offer are the operators' to give. Raises Invalid, Conflict, NotFound."""
    async with runtime.db.control(read_only=True) as tx:
        await find(tx, scope, tenant_id)
    faults: dict[str, FieldError] = {}
    await check(runtime, plan, faults)
    if faults and scope.only is not None:
        raise Invalid(faults)
    await service.set_plan(runtime, tenant_id, plan, actor=scope.by)


async def set_option(
    runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, option_id: str, times: int
) -> None:
    """Raises Invalid, Conflict, NotFound."""
    async with runtime.db.control(read_only=True) as tx:
        await find(tx, scope, tenant_id)
    await service.set_option(runtime, tenant_id, option_id, times, actor=scope.by)


async def shares(runtime: Runtime, scope: Scope, tenant_id: uuid.UUID) -> list[ShareLine]:
    async with runtime.db.control(read_only=True) as tx:
        await find(tx, scope, tenant_id)
    common = [rate for rate in await rates.rates_of(runtime, tenant_id) if rate.party is None]
    now = runtime.clock.now()
    current = {kind: _current(common, kind, now) for kind in ("platform", "agency", "broadcaster")}
    return [
        ShareLine(
            kind=rate.kind,
            rate_bp=rate.rate_bp,
            valid_from=rate.valid_from,
            is_now=rate is current[rate.kind],
        )
        for rate in common
    ]


def _current(found: Sequence[rates.Rate], kind: str, now: datetime) -> rates.Rate | None:
    """``found`` has the newest first."""
    return next((rate for rate in found if rate.kind == kind and rate.valid_from <= now), None)


async def set_share(
    runtime: Runtime,
    scope: Scope,
    tenant_id: uuid.UUID,
    kind: ShareKind,
    rate_bp: int,
    valid_from: datetime | None,
) -> None:
    """Raises Forbidden, Invalid, NotFound."""
    async with runtime.db.control(read_only=True) as tx:
        await find(tx, scope, tenant_id)
    if kind == "platform":
        scope.require_operator()
    await rates.set_rate(runtime, tenant_id, kind, rate_bp, actor=scope.by, valid_from=valid_from)


async def policy(runtime: Runtime, scope: Scope) -> PlanPolicy:
    async with runtime.db.control(read_only=True) as tx:
        found = await tx.first(
            PlanPolicy,
            "SELECT a.lets_tenants_choose_plans, a.contact FROM nakamise.agency a WHERE a.id = $1",
            scope.agency_id,
        )
    if found is None:
        raise NotFound
    return found


async def set_policy(runtime: Runtime, scope: Scope, wanted: PlanPolicy) -> None:
    """Raises Invalid."""
    contact = wanted.contact.strip()
    if len(contact) > CONTACT_MAX:
        raise Invalid({"contact": FieldError(N_("Please enter at most %(n)s characters."), n=CONTACT_MAX)})
    await service.set_policy(
        runtime,
        scope.agency_id,
        choose=wanted.lets_tenants_choose_plans,
        contact=contact,
        actor=scope.by,
    )
