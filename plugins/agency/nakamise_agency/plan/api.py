"""Plans as JSON: options, shares, policy, the catalogue."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from litestar import get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.contracts.control import PlanSheet
from nakamise.contracts.plans import (
    CataloguePlan,
    ClosedAccount,
    PlanDraft,
    PlanPolicy,
    ShareLine,
)
from nakamise.plugin import Ctx, requires
from nakamise_agency.plan.inputs import OptionInput, ShareInput
from nakamise_agency.plane import plane
from nakamise_agency.rights import AGENCIES, MANAGE, READ
from nakamise_agency.tenants.api import TAGS


@put(
    "/tenants/{tenant_id:uuid}/plan/options/{option:str}",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="agency_set_option",
)
async def set_option(
    ctx: Ctx, tenant_id: FromPath[uuid.UUID], option: FromPath[str], data: JSONBody[OptionInput]
) -> PlanSheet:
    await plane(ctx).set_option(tenant_id, option, data.times)
    return await plane(ctx).plan_sheet(tenant_id)


@get("/tenants/{tenant_id:uuid}/shares", opt=requires(READ), tags=TAGS, operation_id="agency_list_shares")
async def list_shares(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Sequence[ShareLine]:
    """All versions, the newest first."""
    return await plane(ctx).shares(tenant_id)


@post("/tenants/{tenant_id:uuid}/shares", opt=requires(MANAGE), tags=TAGS, operation_id="agency_set_share")
async def set_share(
    ctx: Ctx, tenant_id: FromPath[uuid.UUID], data: JSONBody[ShareInput]
) -> Sequence[ShareLine]:
    """Sales that are shared already stay as they are."""
    await plane(ctx).set_share(tenant_id, data.kind, data.rate_bp, valid_from=data.valid_from)
    return await plane(ctx).shares(tenant_id)


@get("/policy", opt=requires(READ), tags=TAGS, operation_id="agency_get_policy")
async def get_policy(ctx: Ctx) -> PlanPolicy:
    return await plane(ctx).policy()


@put("/policy", opt=requires(MANAGE), tags=TAGS, operation_id="agency_set_policy")
async def set_policy(ctx: Ctx, data: JSONBody[PlanPolicy]) -> PlanPolicy:
    await plane(ctx).set_policy(data)
    return await plane(ctx).policy()


@get("/accounts", opt=requires(READ), tags=TAGS, operation_id="agency_list_closed_accounts")
async def closed_accounts(ctx: Ctx) -> Sequence[ClosedAccount]:
    """What sites were charged that are deleted for good."""
    return await plane(ctx).closed_accounts()


@get("/catalogue", opt=requires(AGENCIES), tags=TAGS, operation_id="agency_list_catalogue")
async def catalogue(ctx: Ctx) -> Sequence[CataloguePlan]:
    """For operators: all plans, also those that no page offers."""
    return await plane(ctx).catalogue()


@put("/catalogue", opt=requires(AGENCIES), tags=TAGS, operation_id="agency_save_plan")
async def save_plan(ctx: Ctx, data: JSONBody[PlanDraft]) -> CataloguePlan:
    """For operators: a new plan, or changes to a known one; running contracts keep their terms."""
    return await plane(ctx).save_plan(data)


@post(
    "/catalogue/{plan_id:str}/versions",
    opt=requires(AGENCIES),
    tags=TAGS,
    operation_id="agency_replace_plan",
)
async def replace_plan(ctx: Ctx, plan_id: FromPath[str], data: JSONBody[PlanDraft]) -> CataloguePlan:
    """For operators: a new version; the old one is offered no more."""
    return await plane(ctx).replace_plan(plan_id, data)


route_handlers: Final[list[ControllerRouterHandler]] = [
    set_option,
    list_shares,
    set_share,
    get_policy,
    set_policy,
    closed_accounts,
    catalogue,
    save_plan,
    replace_plan,
]
