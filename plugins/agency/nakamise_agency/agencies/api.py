"""Agencies as JSON, for the operator."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from litestar import get, patch, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.contracts.control import AgencySummary, NewAgencyRequest
from nakamise.plugin import Ctx, requires
from nakamise_agency.agencies.pages import AgencyName, StaffInput, agency_of
from nakamise_agency.plane import plane
from nakamise_agency.rights import AGENCIES
from nakamise_agency.tenants.api import TAGS


@get("/agencies", opt=requires(AGENCIES), tags=TAGS, operation_id="agency_list_agencies")
async def list_agencies(ctx: Ctx) -> Sequence[AgencySummary]:
    return await plane(ctx).agencies()


@post("/agencies", opt=requires(AGENCIES), tags=TAGS, operation_id="agency_create_agency")
async def create_agency(ctx: Ctx, data: JSONBody[NewAgencyRequest]) -> AgencySummary:
    return await plane(ctx).create_agency(data)


@get("/agencies/{agency_id:uuid}", opt=requires(AGENCIES), tags=TAGS, operation_id="agency_get_agency")
async def get_agency(ctx: Ctx, agency_id: FromPath[uuid.UUID]) -> AgencySummary:
    return await agency_of(ctx, agency_id)


@patch("/agencies/{agency_id:uuid}", opt=requires(AGENCIES), tags=TAGS, operation_id="agency_rename_agency")
async def rename_agency(
    ctx: Ctx, agency_id: FromPath[uuid.UUID], data: JSONBody[AgencyName]
) -> AgencySummary:
    return await plane(ctx).rename_agency(agency_id, data.name)


@post(
    "/agencies/{agency_id:uuid}/staff",
    opt=requires(AGENCIES),
    tags=TAGS,
    operation_id="agency_invite_staff",
    status_code=204,
)
async def invite_staff(ctx: Ctx, agency_id: FromPath[uuid.UUID], data: JSONBody[StaffInput]) -> None:
    """Who is invited gets a mail."""
    await plane(ctx).invite_agency_staff(agency_id, email=data.email, name=data.name)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_agencies,
    create_agency,
    get_agency,
    rename_agency,
    invite_staff,
]
