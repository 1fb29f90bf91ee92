"""The console's first page: all sites, and the same as CSV."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.control import ControlPlane, TenantSort, TenantState, TenantSummary
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, NavLink, page
from nakamise_agency.csv_file import csv_answer
from nakamise_agency.paging import address, filter_of
from nakamise_agency.plane import plane
from nakamise_agency.rights import MANAGE, READ
from nakamise_agency.words import HEALTH_LEVELS, TENANT_STATES, badges, choices, health_reasons, words

LIST: Final = "/admin/agency"
_CHUNK: Final = 200
_SORTS: Final = {
    "name": N_("Name (A to Z)"),
    "-name": N_("Name (Z to A)"),
    "-created": N_("Newest first"),
    "created": N_("Oldest first"),
    "-usage": N_("Most used first"),
}
_COLUMNS: Final = (
    N_("Name"),
    N_("Short name"),
    N_("Address"),
    N_("State"),
    N_("Health"),
    N_("Plan"),
    N_("Usage (%)"),
    N_("Limit that is used most"),
    N_("Plugins"),
    N_("Created"),
)


class TenantFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``q`` looks into names, short names and addresses."""

    q: Annotated[str, Meta(max_length=100)] = ""
    state: TenantState | None = None
    agency: uuid.UUID | None = None
    sort: TenantSort = "name"
    cursor: str | None = None


@get("/", opt=requires(READ), include_in_schema=False)
async def tenant_list(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(TenantFilter, request.query_params)
    control = plane(ctx)
    me = await control.me()
    found = await control.tenants(
        search=wanted.q,
        state=wanted.state,
        agency_id=wanted.agency,
        sort=wanted.sort,
        cursor=wanted.cursor,
    )
    counts = await _counts(control, wanted)
    return await page(
        ctx,
        "agency/tenants.html",
        me=me,
        found=found,
        wanted=wanted,
        agencies=await control.agencies() if me.is_operator else (),
        counts=counts,
        tabs=_tabs(ctx, wanted, counts),
        states=badges(ctx, TENANT_STATES),
        levels=badges(ctx, HEALTH_LEVELS),
        reasons={one.id: health_reasons(ctx, one.health) for one in found.items},
        plan_names={plan.id: plan.name for plan in await control.plans()},
        sorts=choices(ctx, _SORTS),
        may_manage=ctx.actor.can(MANAGE),
        is_filtered=bool(wanted.q or wanted.state or wanted.agency),
        first=address(LIST, wanted),
        next=address(LIST, wanted, cursor=found.cursor) if found.cursor else None,
        export=address(f"{LIST}/tenants.csv", wanted),
    )


async def _counts(control: ControlPlane, wanted: TenantFilter) -> dict[str, int]:
    """What each state would show under the other conditions."""
    pages = await asyncio.gather(
        *(
            control.tenants(search=wanted.q, agency_id=wanted.agency, state=state, limit=1)
            for state in ("active", "suspended", "deleting")
        )
    )
    return dict(zip(TENANT_STATES, (found.total for found in pages), strict=True))


def _tabs(ctx: TenantCtx, wanted: TenantFilter, counts: dict[str, int]) -> list[NavLink]:
    _ = words(ctx)
    everything = NavLink(
        _("All"), address(LIST, wanted, state=None), current=wanted.state is None, count=sum(counts.values())
    )
    return [
        everything,
        *(
            NavLink(
                _(label),
                address(LIST, wanted, state=state),
                current=wanted.state == state,
                count=counts[state],
            )
            for state, (label, _kind) in TENANT_STATES.items()
        ),
    ]


@get("/tenants.csv", opt=requires(READ), include_in_schema=False)
async def export(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    """The filtered list, all pages of it."""
    wanted = filter_of(TenantFilter, request.query_params)
    _ = words(ctx)
    plans = {plan.id: plan.name for plan in await plane(ctx).plans()}
    rows = [_cells(ctx, plans, one) async for one in all_tenants(plane(ctx), wanted)]
    async with ctx.begin() as tx:
        await ctx.audit(tx, "agency.tenants.exported", str(len(rows)), filter=ctx.http.query)
    return csv_answer(ctx, "sites", [_(column) for column in _COLUMNS], rows)


async def all_tenants(control: ControlPlane, wanted: TenantFilter) -> AsyncIterator[TenantSummary]:
    cursor = None
    while True:
        found = await control.tenants(
            search=wanted.q,
            state=wanted.state,
            agency_id=wanted.agency,
            sort=wanted.sort,
            cursor=cursor,
            limit=_CHUNK,
        )
        for one in found.items:
            yield one
        cursor = found.cursor
        if cursor is None:
            return


def _cells(ctx: TenantCtx, plans: Mapping[str, str], one: TenantSummary) -> list[object]:
    _ = words(ctx)
    return [
        one.name,
        one.slug,
        one.url,
        _(TENANT_STATES[one.state][0]),
        " ".join(health_reasons(ctx, one.health)),
        plans.get(one.plan, one.plan),
        one.usage.percent if one.usage else "",
        one.usage.label if one.usage else "",
        one.plugins,
        f"{one.created_at.astimezone(ctx.tenant.zone):%Y-%m-%d %H:%M}",
    ]


route_handlers: Final[list[ControllerRouterHandler]] = [tenant_list, export]
