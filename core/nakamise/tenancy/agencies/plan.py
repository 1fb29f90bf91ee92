"""A tenant's plan, as the console sees it; ``nakamise.plans`` does the work."""

from __future__ import annotations

import uuid

from nakamise.contracts.control import PlanInfo
from nakamise.errors import FieldError, Invalid
from nakamise.plans import service
from nakamise.plugin.context import TenantCtx
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies.scope import Scope, find
from nakamise.ui.i18n import N_


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
