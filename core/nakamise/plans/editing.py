"""The catalogue as operators write it. What tenants agreed to stays: a plan in use is replaced, not rewritten."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.contracts.plans import CataloguePlan, LimitDraft, OptionDraft, PlanDraft
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plans import catalogue
from nakamise.plans.catalogue import Plan
from nakamise.plans.draft_faults import faults_of
from nakamise.runtime import Runtime
from nakamise.tenancy.control import By, note
from nakamise.ui.i18n import N_

_FIXED: Final = ("series", "features", "limits", "options")
_PUT: Final = (
    "INSERT INTO plan (id, series, name, name_en, monthly_fee, fee_bp, features, is_offered, position)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce((SELECT p.position FROM plan p WHERE p.id = $9),"
    " (SELECT coalesce(max(q.position), 0) + 10 FROM plan q WHERE q.series = $2)))"
    " ON CONFLICT (id) DO UPDATE SET series = excluded.series, name = excluded.name,"
    " name_en = excluded.name_en, monthly_fee = excluded.monthly_fee, fee_bp = excluded.fee_bp,"
    " features = excluded.features, is_offered = excluded.is_offered"
)
_TENANTS: Final = "SELECT count(*) FROM tenant t WHERE t.plan = $1"


async def all_drafts(runtime: Runtime) -> list[CataloguePlan]:
    """In the order of the price list."""
    async with runtime.db.control(read_only=True) as tx:
        return [await _shown(tx, plan) for plan in await catalogue.all_plans(tx, offered_only=False)]


async def save(runtime: Runtime, draft: PlanDraft, *, actor: By) -> CataloguePlan:
    """See ``ControlPlane.save_plan``."""
    _raise_faults(draft)
    async with runtime.db.control() as tx:
        await tx.execute("LOCK TABLE plan IN SHARE ROW EXCLUSIVE MODE")
        known = await _known(tx, draft.id)
        if known is not None:
            await _refuse_in_use(tx, known, draft)
        await _write(tx, draft, draft.id)
        act = "plan.create" if known is None else "plan.change"
        await _note(tx, actor, act, draft)
        return await _shown(tx, await catalogue.plan_by_id(tx, draft.id))


async def replace(runtime: Runtime, plan_id: str, draft: PlanDraft, *, actor: By) -> CataloguePlan:
    """See ``ControlPlane.replace_plan``."""
    _raise_faults(draft)
    async with runtime.db.control() as tx:
        await tx.execute("LOCK TABLE plan IN SHARE ROW EXCLUSIVE MODE")
        if await _known(tx, plan_id) is None:
            raise NotFound
        if await _known(tx, draft.id) is not None:
            raise Invalid({"id": FieldError(N_("There is a plan with this id already."))})
        await _write(tx, draft, plan_id)
        await tx.execute("UPDATE plan SET is_offered = false WHERE id = $1", plan_id)
        await _note(tx, actor, "plan.replace", draft, before=plan_id)
        return await _shown(tx, await catalogue.plan_by_id(tx, draft.id))


def _raise_faults(draft: PlanDraft) -> None:
    if faults := faults_of(draft):
        raise Invalid(faults)


async def _known(tx: Tx, plan_id: str) -> Plan | None:
    plans = await catalogue.all_plans(tx, offered_only=False)
    return next((plan for plan in plans if plan.id == plan_id), None)


async def _refuse_in_use(tx: Tx, known: Plan, draft: PlanDraft) -> None:
    """Limits and options are read from the plan itself, so a change would change running contracts."""
    before = draft_of(known)
    is_same = all(_comparable(getattr(before, key)) == _comparable(getattr(draft, key)) for key in _FIXED)
    if not is_same and await tx.value(_TENANTS, known.id):
        raise Conflict(
            N_("Sites are on this plan: its limits, plugins and options stay. Please make a new version."),
            code="plan_in_use",
        )


def _comparable(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, tuple) else value


async def _write(tx: Tx, draft: PlanDraft, beside: str) -> None:
    """``beside``: the plan whose place in the price list it takes."""
    await tx.execute(
        _PUT,
        *(draft.id, draft.series, draft.name, draft.name_en, draft.monthly_fee, draft.fee_bp),
        *(list(draft.features), draft.is_offered, beside),
    )
    await tx.execute("DELETE FROM plan_limit WHERE plan = $1", draft.id)
    await tx.execute_many(
        "INSERT INTO plan_limit (plan, meter, base, cap, is_hard) VALUES ($1, $2, $3, $4, $5)",
        [(draft.id, one.meter, one.base, one.cap, one.is_hard) for one in draft.limits],
    )
    await tx.execute("DELETE FROM plan_option WHERE plan = $1", draft.id)
    await tx.execute_many(
        "INSERT INTO plan_option (plan, id, name, name_en, meter, adds, monthly_fee, most)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [(draft.id, *msgspec.structs.astuple(one)) for one in draft.options],
    )


async def _note(tx: Tx, actor: By, act: str, draft: PlanDraft, **more: str) -> None:
    detail = {"plan": draft.id, "monthly_fee": draft.monthly_fee, "fee_bp": draft.fee_bp, **more}
    agency_id: uuid.UUID = actor.agency_id
    await note(tx.connection, act, agency_id=agency_id, actor=actor, detail=detail)


async def _shown(tx: Tx, plan: Plan) -> CataloguePlan:
    return CataloguePlan(plan=draft_of(plan), tenants=await tx.value(_TENANTS, plan.id))


def draft_of(plan: Plan) -> PlanDraft:
    return PlanDraft(
        id=plan.id,
        series=plan.series,
        name=plan.name,
        name_en=plan.name_en,
        monthly_fee=plan.monthly_fee,
        fee_bp=plan.fee_bp,
        features=plan.features,
        is_offered=plan.is_offered,
        limits=tuple(
            LimitDraft(meter=meter, base=limit.base, cap=limit.cap, is_hard=limit.is_hard)
            for meter, limit in sorted(plan.limits.items())
            if limit.base is not None
        ),
        options=tuple(OptionDraft(**msgspec.structs.asdict(option)) for option in plan.options),
    )
