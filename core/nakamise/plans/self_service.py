"""What a tenant's own administrators may do with their plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from nakamise.errors import Forbidden
from nakamise.plans import measuring, service
from nakamise.plans.invoice import InvoiceLine
from nakamise.plans.service import DayUsage
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

DAYS: Final = 92


async def choose_plan(ctx: TenantCtx, plan_id: str) -> Sequence[InvoiceLine]:
    """As ``service.set_plan``; Forbidden (``plan_by_agency``) where the agency decides, or must quote."""
    await _require_choice(ctx)
    plans = await service.list_plans(ctx.runtime, offered_only=False)
    if any(plan.id == plan_id and not plan.can_be_chosen for plan in plans):
        raise _by_agency()
    return await service.set_plan(ctx.runtime, ctx.tenant.id, plan_id, actor=_actor(ctx))


async def choose_option(ctx: TenantCtx, option_id: str, times: int) -> Sequence[InvoiceLine]:
    """As ``service.set_option``; Forbidden (``plan_by_agency``)."""
    await _require_choice(ctx)
    return await service.set_option(ctx.runtime, ctx.tenant.id, option_id, times, actor=_actor(ctx))


async def recent_days(ctx: TenantCtx) -> list[DayUsage]:
    """The last three months."""
    last = measuring.today(ctx)
    return await service.daily_usage(ctx.runtime, ctx.tenant.id, last - timedelta(days=DAYS), last)


async def _require_choice(ctx: TenantCtx) -> None:
    policy = await service.policy_of(ctx.runtime, ctx.tenant.id)
    if not policy.lets_tenants_choose_plans:
        raise _by_agency()


def _by_agency() -> Forbidden:
    return Forbidden(N_("Your agency sets this plan. Please ask there."), code="plan_by_agency")


def _actor(ctx: TenantCtx) -> str:
    return str(ctx.actor.user_id or "system")
