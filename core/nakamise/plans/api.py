"""The tenant's plan as JSON."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar import get, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.plans import self_service, service
from nakamise.plans.invoice import Invoice, InvoiceLine
from nakamise.plans.measuring import Usage
from nakamise.plans.service import DayUsage, Plan, Policy, Subscription
from nakamise.plugin.access import requires
from nakamise.plugin.context import Ctx

API: Final = "/api/core/plan"
MANAGE: Final = requires("core.settings.manage")
_TAGS: Final = ["plan"]


class OwnPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts in yen without tax."""

    subscription: Subscription
    usage: list[Usage]
    policy: Policy


class PlanChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    plan: str


class OptionChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """0 ends it."""

    times: int


@get(API, opt=MANAGE, tags=_TAGS)
async def read_plan(ctx: Ctx) -> OwnPlan:
    """The plan, what is used of it, and who may change it."""
    runtime, tenant_id = ctx.runtime, ctx.tenant.id
    return OwnPlan(
        subscription=await service.plan_of(runtime, tenant_id),
        usage=await service.usage(runtime, tenant_id),
        policy=await service.policy_of(runtime, tenant_id),
    )


@get(f"{API}/plans", opt=MANAGE, tags=_TAGS)
async def price_list(ctx: Ctx) -> list[Plan]:
    """Everything that is offered."""
    return await service.list_plans(ctx.runtime)


@put(API, opt=MANAGE, tags=_TAGS)
async def choose_plan(ctx: Ctx, data: JSONBody[PlanChoice]) -> list[InvoiceLine]:
    """Effective at once; the lines that it cost or gave back."""
    return list(await self_service.choose_plan(ctx, data.plan))


@put(f"{API}/options/{{option_id:str}}", opt=MANAGE, tags=_TAGS)
async def choose_option(
    ctx: Ctx, option_id: FromPath[str], data: JSONBody[OptionChoice]
) -> list[InvoiceLine]:
    """Effective at once; the lines that it cost or gave back."""
    return list(await self_service.choose_option(ctx, option_id, data.times))


@get(f"{API}/invoices", opt=MANAGE, tags=_TAGS)
async def read_invoices(ctx: Ctx) -> list[Invoice]:
    """The last twelve months, the newest first."""
    return await service.invoices(ctx.runtime, ctx.tenant.id)


@get(f"{API}/days", opt=MANAGE, tags=_TAGS)
async def read_days(ctx: Ctx) -> list[DayUsage]:
    """What was measured each day of the last three months."""
    return await self_service.recent_days(ctx)


route_handlers: Final[list[ControllerRouterHandler]] = [
    read_plan,
    price_list,
    choose_plan,
    choose_option,
    read_invoices,
    read_days,
]
