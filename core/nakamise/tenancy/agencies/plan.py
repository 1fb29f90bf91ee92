"""A tenant's plan, as the console sees it."""

from __future__ import annotations

import uuid

import asyncpg

from nakamise.contracts.control import PlanInfo
from nakamise.errors import FieldError, Invalid
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies.scope import Scope, locked
from nakamise.tenancy.control import announce
from nakamise.tenancy.owner import owner_transaction
from nakamise.ui.i18n import N_


async def plans(runtime: Runtime) -> list[PlanInfo]:
    """Every plan that is in use."""
    async with runtime.db.control(read_only=True) as tx:
        ids = await tx.values("SELECT DISTINCT plan FROM nakamise.tenant ORDER BY plan")
    return [PlanInfo(id_, id_) for id_ in ids]


async def check(runtime: Runtime, plan: str, faults: dict[str, FieldError]) -> None:
    """ "" is the plan that new tenants get by themselves."""
    if plan and plan not in {known.id for known in await plans(runtime)}:
        faults["plan"] = FieldError(N_("There is no such plan."))


async def write(connection: asyncpg.Connection, tenant_id: uuid.UUID, plan: str) -> None:
    if plan:
        await connection.execute("UPDATE nakamise.tenant SET plan = $2 WHERE id = $1", tenant_id, plan)


async def set_plan(runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, plan: str) -> None:
    """Raises Invalid."""
    faults: dict[str, FieldError] = {}
    await check(runtime, plan, faults)
    if faults or not plan:
        raise Invalid(faults or {"plan": FieldError(N_("There is no such plan."))})
    async with owner_transaction(runtime.settings) as connection:
        await locked(connection, scope, tenant_id)
        await write(connection, tenant_id, plan)
        await announce(connection, tenant_id, "tenant.plan", actor=scope.by, detail={"plan": plan})
    await runtime.directory.refresh()
