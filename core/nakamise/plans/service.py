"""What the console of an agency and the tenant's own page do with plans.

Callers check permissions and scope; the tenant is always an argument here. ``actor`` is for the audit.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from nakamise.errors import NotFound
from nakamise.plans import catalogue, measuring, terms
from nakamise.plans import invoice as invoicing
from nakamise.plans.catalogue import Plan
from nakamise.plans.invoice import Invoice, InvoiceLine
from nakamise.plans.measuring import Usage
from nakamise.plans.terms import Terms
from nakamise.plugin.context import SYSTEM, TenantCtx
from nakamise.runtime import Runtime
from nakamise.tenancy.control import By, note

__all__ = [
    "DayUsage",
    "Invoice",
    "InvoiceLine",
    "Plan",
    "Policy",
    "Subscription",
    "Usage",
    "daily_usage",
    "invoices",
    "list_plans",
    "plan_history",
    "plan_of",
    "policy_of",
    "set_option",
    "set_plan",
    "set_policy",
    "usage",
]


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's plan with what was agreed, and how many times it has each option (by id)."""

    plan: Plan
    terms: Terms
    options: Mapping[str, int]


class Policy(msgspec.Struct, frozen=True):
    """What the tenant's agency says: may it choose its plan itself, and whom does it ask otherwise."""

    lets_tenants_choose_plans: bool
    agency: str
    contact: str


class DayUsage(msgspec.Struct, frozen=True):
    """Measured in the tenant's time zone; bytes or a count, as the meter's unit says."""

    day: date
    meter: str
    amount: int


async def list_plans(runtime: Runtime, *, offered_only: bool = True) -> list[Plan]:
    """In the order of the price list; without ``offered_only`` also those that no page offers."""
    async with runtime.db.control(read_only=True) as tx:
        return await catalogue.all_plans(tx, offered_only=offered_only)


async def plan_of(runtime: Runtime, tenant_id: uuid.UUID) -> Subscription:
    """Raises NotFound."""
    async with runtime.db.control(read_only=True) as tx:
        who = await terms.subscriber(tx, tenant_id)
        return Subscription(
            plan=await catalogue.plan_by_id(tx, who.plan),
            terms=await terms.terms_at(tx, tenant_id),
            options=await terms.options_of(tx, tenant_id),
        )


async def plan_history(runtime: Runtime, tenant_id: uuid.UUID) -> list[Terms]:
    """The newest first. Raises NotFound."""
    async with runtime.db.control(read_only=True) as tx:
        await terms.subscriber(tx, tenant_id)
        return await terms.history(tx, tenant_id)


async def usage(runtime: Runtime, tenant_id: uuid.UUID) -> list[Usage]:
    """How much of each limit is used now. Raises NotFound."""
    ctx = _ctx(runtime, tenant_id)
    async with ctx.read() as tx:
        return await measuring.usage_of(ctx, tx)


async def daily_usage(runtime: Runtime, tenant_id: uuid.UUID, first: date, last: date) -> list[DayUsage]:
    """Both days included, in order of day and meter."""
    async with runtime.db.control(read_only=True) as tx:
        return await tx.all(
            DayUsage,
            "SELECT u.day, u.meter, u.amount FROM usage_day u WHERE u.tenant_id = $1"
            " AND u.day BETWEEN $2 AND $3 ORDER BY u.day, u.meter",
            tenant_id,
            first,
            last,
        )


async def invoices(runtime: Runtime, tenant_id: uuid.UUID, *, months: int = 12) -> list[Invoice]:
    """By month, the newest first."""
    async with runtime.db.control(read_only=True) as tx:
        return await invoicing.invoices(tx, tenant_id, months=months)


async def policy_of(runtime: Runtime, tenant_id: uuid.UUID) -> Policy:
    """Of the tenant's agency. Raises NotFound."""
    async with runtime.db.control(read_only=True) as tx:
        found = await tx.first(
            Policy,
            "SELECT a.lets_tenants_choose_plans, a.name AS agency, a.contact"
            " FROM tenant t JOIN agency a ON a.id = t.agency_id WHERE t.id = $1",
            tenant_id,
        )
    if found is None:
        raise NotFound
    return found


async def set_policy(
    runtime: Runtime, agency_id: uuid.UUID, *, choose: bool, contact: str, actor: str | By
) -> None:
    """``contact``: an address or a sentence that tenants are shown. Raises NotFound."""
    async with runtime.db.control() as tx:
        await tx.must_touch_one(
            NotFound(),
            "UPDATE agency SET lets_tenants_choose_plans = $2, contact = $3 WHERE id = $1",
            agency_id,
            choose,
            contact,
        )
        detail = {"tenants_choose": "yes" if choose else "no", "contact": contact}
        await note(tx.connection, "agency.policy", agency_id=agency_id, actor=actor, detail=detail)


async def set_plan(
    runtime: Runtime,
    tenant_id: uuid.UUID,
    plan_id: str,
    *,
    actor: str | By,
    monthly_fee: int | None = None,
) -> Sequence[InvoiceLine]:
    """Effective at once; the lines that it cost or gave back, for the rest of the month by days.

    ``monthly_fee`` (yen without tax) is what was agreed for a plan by quotation. Options that the new plan
    does not have end. Raises NotFound, Invalid (field ``plan``) for an unknown plan, Conflict
    (``plan_too_small``) when more is in use or on than it allows; then nothing has changed.
    """
    from nakamise.plans.changing import Change, change

    return await change(runtime, _ctx(runtime, tenant_id), Change(plan=plan_id, fee=monthly_fee), actor)


async def set_option(
    runtime: Runtime, tenant_id: uuid.UUID, option_id: str, times: int, *, actor: str | By
) -> Sequence[InvoiceLine]:
    """Have an option of the plan ``times`` times, 0 to end it. As ``set_plan``; Invalid names ``option`` or ``times``."""
    from nakamise.plans.changing import Change, change

    return await change(runtime, _ctx(runtime, tenant_id), Change(options={option_id: times}), actor)


def _ctx(runtime: Runtime, tenant_id: uuid.UUID) -> TenantCtx:
    tenant = runtime.directory.by_id(tenant_id)
    if tenant is None:
        raise NotFound
    return TenantCtx(runtime, tenant, SYSTEM, runtime.host.lineup(tenant.plugins))
