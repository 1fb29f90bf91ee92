"""Another plan, or other options: one transaction on the shared schema."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plans import catalogue, invoice, measuring, terms
from nakamise.plans.catalogue import Plan
from nakamise.plans.measuring import Usage
from nakamise.plugin.context import TenantCtx
from nakamise.runtime import Runtime
from nakamise.tenancy.control import By, announce, lock_tenant
from nakamise.ui.i18n import N_, gettext_for

_TOO_SMALL = N_(
    "The plan %(plan)s is too small: %(what)s. Please reduce this first, or choose a larger plan."
)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """``plan`` None: the same. ``options`` are set to so many times; others stay if the plan has them."""

    plan: str | None = None
    fee: int | None = None
    options: Mapping[str, int] = {}


class _State(msgspec.Struct, frozen=True):
    """What a tenant has: ``fee`` is the agreed one."""

    plan: Plan
    fee: int | None
    options: Mapping[str, int]

    def items(self) -> list[invoice.Item]:
        return invoice.items_of(self.plan, self.fee, self.options)


async def change(
    runtime: Runtime, ctx: TenantCtx, wanted: Change, actor: str | By
) -> Sequence[invoice.InvoiceLine]:
    """See ``service.set_plan``."""
    tenant_id = ctx.tenant.id
    async with ctx.read() as own:
        used = await measuring.usage_of(ctx, own)
    async with runtime.db.control() as tx:
        await lock_tenant(tx.connection, tenant_id)
        who = await terms.subscriber(tx, tenant_id)
        before = await _state(tx, who)
        after = await _wanted(tx, before, wanted)
        _refuse_too_small(ctx, before, after, used)
        now = ctx.now()
        await invoice.bill_month(tx, who, before.items(), now.astimezone(who.zone).date(), now)
        await _store(tx, tenant_id, before, after)
        by = actor if isinstance(actor, str) else actor.name
        lines = await invoice.bill_change(tx, who, before.items(), after.items(), now, by)
        detail = {"plan": after.plan.id, "before": before.plan.id, "options": dict(after.options)}
        await announce(tx.connection, tenant_id, "tenant.plan", actor=actor, detail=detail)
    await runtime.directory.catch_up()
    return lines


async def _state(tx: Tx, who: terms.Subscriber) -> _State:
    agreed = await terms.terms_at(tx, who.id)
    return _State(
        await catalogue.plan_by_id(tx, who.plan), agreed.monthly_fee, await terms.options_of(tx, who.id)
    )


async def _wanted(tx: Tx, before: _State, wanted: Change) -> _State:
    plan = before.plan if wanted.plan is None else await catalogue.plan_by_id(tx, wanted.plan)
    kept = {} if plan.id != before.plan.id and not plan.options else dict(before.options)
    options = {id_: times for id_, times in kept.items() if plan.option(id_)}
    for id_, times in wanted.options.items():
        options[id_] = _checked(plan, id_, times)
    trimmed = {o.id: min(options[o.id], o.most) for o in plan.options if options.get(o.id)}
    return _State(plan, _fee(before, plan, wanted), trimmed)


def _fee(before: _State, plan: Plan, wanted: Change) -> int | None:
    if wanted.fee is not None and wanted.fee < 0:
        raise Invalid({"monthly_fee": FieldError(N_("Please enter a number of at least 0."))})
    if wanted.fee is not None:
        return wanted.fee
    return before.fee if plan.id == before.plan.id else plan.monthly_fee


def _checked(plan: Plan, option_id: str, times: int) -> int:
    option = plan.option(option_id)
    if option is None:
        raise Invalid({"option": FieldError(N_("This plan has no such option."))})
    if not 0 <= times <= option.most:
        raise Invalid({"times": FieldError(N_("Please enter a number from 0 to %(n)s."), n=option.most)})
    return times


def _refuse_too_small(ctx: TenantCtx, before: _State, after: _State, used: list[Usage]) -> None:
    limits = {usage.meter: after.plan.limit(usage.meter, after.options) for usage in used}
    what = [f"{_label(ctx, u)} {u.used} > {limits[u.meter].most}" for u in measuring.over(used, limits)]
    what += sorted(ctx.tenant.plugins & (set(before.plan.features) - set(after.plan.features)))
    if what:
        raise Conflict(
            _TOO_SMALL,
            code="plan_too_small",
            params={"plan": after.plan.title(ctx.locale), "what": ", ".join(what)},
        )


def _label(ctx: TenantCtx, usage: Usage) -> str:
    return gettext_for(ctx.locale, usage.owner)(usage.label)


async def _store(tx: Tx, tenant_id: uuid.UUID, before: _State, after: _State) -> None:
    if after.plan.id != before.plan.id:
        # The table's trigger writes the plan's own terms.
        await tx.execute("UPDATE tenant SET plan = $2 WHERE id = $1", tenant_id, after.plan.id)
    if after.fee != (before.fee if after.plan.id == before.plan.id else after.plan.monthly_fee):
        await _agree(tx, tenant_id, after)
    await tx.execute("DELETE FROM tenant_option WHERE tenant_id = $1", tenant_id)
    await tx.execute_many(
        "INSERT INTO tenant_option (tenant_id, option, times) VALUES ($1, $2, $3)",
        [(tenant_id, id_, times) for id_, times in after.options.items()],
    )


async def _agree(tx: Tx, tenant_id: uuid.UUID, after: _State) -> None:
    await tx.execute(
        "INSERT INTO tenant_plan (tenant_id, valid_from, plan, monthly_fee, fee_bp)"
        " VALUES ($1, clock_timestamp(), $2, $3, $4)",
        tenant_id,
        after.plan.id,
        after.fee,
        after.plan.fee_bp,
    )
