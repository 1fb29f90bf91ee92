"""Sites as JSON: list, one, create."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.contracts.control import (
    AgencySummary,
    BlueprintInfo,
    NewTenantRequest,
    PlanInfo,
    PlanSheet,
    TenantDetail,
    TenantPage,
    TenantSort,
    TenantState,
)
from nakamise.plugin import Ctx, requires
from nakamise_agency.plan.pages import PlanInput
from nakamise_agency.plane import plane
from nakamise_agency.rights import MANAGE, READ

TAGS: Final = ["agency"]


class SlugAnswer(msgspec.Struct, frozen=True):
    is_free: bool


@get("/me", opt=requires(READ), tags=TAGS, operation_id="agency_me")
async def me(ctx: Ctx) -> AgencySummary:
    return await plane(ctx).me()


@get("/blueprints", opt=requires(READ), tags=TAGS, operation_id="agency_list_blueprints")
async def blueprints(ctx: Ctx) -> Sequence[BlueprintInfo]:
    return await plane(ctx).blueprints()


@get("/plans", opt=requires(READ), tags=TAGS, operation_id="agency_list_plans")
async def plans(ctx: Ctx) -> Sequence[PlanInfo]:
    return await plane(ctx).plans()


@get("/slugs/{slug:str}", opt=requires(MANAGE), tags=TAGS, operation_id="agency_check_slug")
async def check_slug(ctx: Ctx, slug: FromPath[str]) -> SlugAnswer:
    return SlugAnswer(await plane(ctx).is_slug_free(slug))


@get("/tenants", opt=requires(READ), tags=TAGS, operation_id="agency_list_tenants")
async def list_tenants(
    ctx: Ctx,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    wanted: Annotated[TenantState | None, QueryParameter(name="state")] = None,
    agency: FromQuery[uuid.UUID | None] = None,
    sort: FromQuery[TenantSort] = "name",
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 30,
) -> TenantPage:
    """``cursor`` comes from the page before."""
    return await plane(ctx).tenants(
        search=q, state=wanted, agency_id=agency, sort=sort, cursor=cursor, limit=limit
    )


@post("/tenants", opt=requires(MANAGE), tags=TAGS, operation_id="agency_create_tenant")
async def create_tenant(ctx: Ctx, data: JSONBody[NewTenantRequest]) -> TenantDetail:
    return await plane(ctx).create(data)


@get("/tenants/{tenant_id:uuid}", opt=requires(READ), tags=TAGS, operation_id="agency_get_tenant")
async def get_tenant(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> TenantDetail:
    return await plane(ctx).tenant(tenant_id)


@get("/tenants/{tenant_id:uuid}/plan", opt=requires(READ), tags=TAGS, operation_id="agency_get_plan")
async def get_plan(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> PlanSheet:
    return await plane(ctx).plan_sheet(tenant_id)


@post(
    "/tenants/{tenant_id:uuid}/plan",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="agency_set_plan",
    status_code=200,
)
async def set_plan(ctx: Ctx, tenant_id: FromPath[uuid.UUID], data: JSONBody[PlanInput]) -> TenantDetail:
    await plane(ctx).set_plan(tenant_id, data.plan)
    return await plane(ctx).tenant(tenant_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    me,
    blueprints,
    plans,
    check_slug,
    list_tenants,
    create_tenant,
    get_tenant,
    get_plan,
    set_plan,
]
