"""Agencies, for the operator: list, create, rename, invite staff."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.control import AgencySummary, NewAgencyRequest
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, page, read_form, see_other
from nakamise_agency.plane import plane
from nakamise_agency.rights import AGENCIES
from nakamise_agency.words import say, words

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/agency/agencies"
FIELDS: Final = {
    "name": N_("Name of the agency"),
    "slug": N_("Short name"),
    "admin_name": N_("Name of the first member"),
    "admin_email": N_("E-mail of the first member"),
}
Name = Annotated[str, Meta(min_length=1, max_length=80)]
Email = Annotated[str, Meta(min_length=3, max_length=254)]


class AgencyName(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: Name


class StaffInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: Name
    email: Email


@get("/agencies", opt=requires(AGENCIES), include_in_schema=False)
async def agency_list(ctx: Ctx) -> Response[bytes]:
    found = await plane(ctx).agencies()
    return await page(ctx, "agency/agencies.html", agencies=found)


@get("/agencies/new", opt=requires(AGENCIES), include_in_schema=False)
async def new_agency(ctx: Ctx) -> Response[bytes]:
    await plane(ctx).agencies()
    return await _show_new(ctx, {}, {})


@post("/agencies/new", opt=requires(AGENCIES), include_in_schema=False)
async def create_agency(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, NewAgencyRequest)
    try:
        made = await plane(ctx).create_agency(form.valid())
    except (Invalid, Conflict) as refused:
        return await _show_new(ctx, dict(form.raw), _faults(refused, "slug"), status=refused.status)
    said = words(ctx)(N_("The agency is ready. Its first member has a mail with a link to set a password."))
    return see_other(ctx, f"{LIST}/{made.id}", flash=said)


async def _show_new(
    ctx: TenantCtx, raw: dict[str, Any], faults: dict[str, FieldError], *, status: int = 200
) -> Response[bytes]:
    _ = words(ctx)
    return await page(
        ctx,
        "agency/agency_new.html",
        status=status,
        raw=raw,
        errors={name: say(ctx, fault) for name, fault in faults.items()},
        names={name: _(label) for name, label in FIELDS.items()},
    )


@get("/agencies/{agency_id:uuid}", opt=requires(AGENCIES), include_in_schema=False)
async def agency_detail(ctx: Ctx, agency_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await show_agency(ctx, agency_id, {}, {})


async def show_agency(
    ctx: TenantCtx,
    agency_id: uuid.UUID,
    raw: dict[str, Any],
    errors: dict[str, str],
    *,
    status: int = 200,
    form: str = "",
) -> Response[bytes]:
    return await page(
        ctx,
        "agency/agency.html",
        status=status,
        agency=await agency_of(ctx, agency_id),
        raw=raw,
        errors=errors,
        refused=form,
    )


async def agency_of(ctx: TenantCtx, agency_id: uuid.UUID) -> AgencySummary:
    """Raises NotFound, and Forbidden for who is no operator."""
    found = next((one for one in await plane(ctx).agencies() if one.id == agency_id), None)
    if found is None:
        raise NotFound
    return found


@post("/agencies/{agency_id:uuid}/name", opt=requires(AGENCIES), include_in_schema=False)
async def rename(request: AnyRequest, ctx: Ctx, agency_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, AgencyName)
    try:
        await plane(ctx).rename_agency(agency_id, form.valid().name)
    except Invalid as refused:
        errors = {name: say(ctx, fault) for name, fault in refused.fields.items()}
        return await show_agency(ctx, agency_id, dict(form.raw), errors, status=422, form="name")
    return see_other(ctx, f"{LIST}/{agency_id}", flash=words(ctx)(N_("Saved.")))


@post("/agencies/{agency_id:uuid}/staff", opt=requires(AGENCIES), include_in_schema=False)
async def invite(request: AnyRequest, ctx: Ctx, agency_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, StaffInput)
    try:
        given = form.valid()
        await plane(ctx).invite_agency_staff(agency_id, email=given.email, name=given.name)
    except (Invalid, Conflict) as refused:
        errors = {name: say(ctx, fault) for name, fault in _faults(refused, "email").items()}
        return await show_agency(ctx, agency_id, dict(form.raw), errors, status=refused.status, form="staff")
    return see_other(ctx, f"{LIST}/{agency_id}", flash=words(ctx)(N_("The invitation is on its way.")))


def _faults(refused: Invalid | Conflict, field: str) -> dict[str, FieldError]:
    """A conflict is told at ``field``."""
    if isinstance(refused, Invalid):
        return refused.fields
    return {field: FieldError(refused.message, domain=refused.domain, **refused.params)}


route_handlers: Final[list[ControllerRouterHandler]] = [
    agency_list,
    new_agency,
    create_agency,
    agency_detail,
    rename,
    invite,
]
