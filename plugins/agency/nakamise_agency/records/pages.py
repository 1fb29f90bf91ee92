"""The log of the agency and of one site, with search and CSV."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.audit import LogVerdict
from nakamise.contracts.control import AuditLine, AuditPage, ControlPlane
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, local_time, page, see_other
from nakamise_agency.csv_file import csv_answer
from nakamise_agency.paging import address, filter_of
from nakamise_agency.plane import plane
from nakamise_agency.records.acts import act_labels, actor_labels, details
from nakamise_agency.rights import LOG
from nakamise_agency.tenants.frame import path_of, tenant_page
from nakamise_agency.words import words

LIST: Final = "/admin/agency/log"
_CHUNK: Final = 200
_COLUMNS: Final = (N_("Time"), N_("Who"), N_("Site"), N_("What"), N_("Details"))


class LogFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``q`` looks into who, what and details."""

    q: Annotated[str, Meta(max_length=100)] = ""
    cursor: str | None = None


@get("/log", opt=requires(LOG), include_in_schema=False)
async def log_list(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(LogFilter, request.query_params)
    found = await plane(ctx).audit(search=wanted.q, cursor=wanted.cursor)
    data = _data(ctx, LIST, wanted, found)
    return await page(ctx, "agency/log.html", found=found, **data)


@get("/tenants/{tenant_id:uuid}/log", opt=requires(LOG), include_in_schema=False)
async def tenant_log(
    request: Request[Any, Any, Any], ctx: Ctx, tenant_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    wanted = filter_of(LogFilter, request.query_params)
    detail = await plane(ctx).tenant(tenant_id)
    lines = await plane(ctx).audit(search=wanted.q, tenant_id=tenant_id, cursor=wanted.cursor)
    data = _data(ctx, path_of(tenant_id, "/log"), wanted, lines)
    return await tenant_page(ctx, "agency/tenant_log.html", "/log", detail, lines=lines, **data)


def _data(ctx: TenantCtx, path: str, wanted: LogFilter, found: AuditPage) -> dict[str, Any]:
    cursor = found.cursor
    return {
        "details": {line.id: details(ctx, line.detail) for line in found.items},
        "wanted": wanted,
        "path": path,
        "acts": act_labels(ctx),
        "actors": actor_labels(ctx, found.items),
        "next": address(path, wanted, cursor=cursor) if cursor else None,
        "first": address(path, wanted),
        "export": address(f"{path}.csv", wanted),
    }


@post("/log/verify", opt=requires(LOG), include_in_schema=False)
async def verify(ctx: Ctx) -> Response[bytes]:
    verdict = await plane(ctx).verify_audit()
    said = _verdict(ctx, verdict)
    return see_other(ctx, LIST, flash=said) if verdict.ok else see_other(ctx, LIST, flash=said, kind="danger")


def _verdict(ctx: TenantCtx, verdict: LogVerdict) -> str:
    _ = words(ctx)
    if verdict.ok and verdict.until is None:
        return _(N_("The log is empty."))
    if verdict.ok and verdict.until is not None:
        return _(
            N_("Nobody tampered with the log up to %(time)s (seal %(hash)s)."),
            time=f"{local_time(verdict.until, ctx.tenant.timezone):%Y-%m-%d %H:%M:%S}",
            hash=verdict.hash[:16],
        )
    if wrong := len(verdict.changed) + len(verdict.removed) + len(verdict.inserted):
        return _(N_("The log was tampered with: %(n)s lines do not match their seals."), n=wrong)
    if verdict.broken_seal is not None:
        return _(N_("The log was tampered with: seal %(n)s is broken."), n=verdict.broken_seal)
    return _(N_("The log was tampered with, but none of your lines. Please tell the operator."))


@get("/log.csv", opt=requires(LOG), include_in_schema=False)
async def export(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    return await _export(ctx, filter_of(LogFilter, request.query_params), None)


@get("/tenants/{tenant_id:uuid}/log.csv", opt=requires(LOG), include_in_schema=False)
async def export_of_tenant(
    request: Request[Any, Any, Any], ctx: Ctx, tenant_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    await plane(ctx).tenant(tenant_id)
    return await _export(ctx, filter_of(LogFilter, request.query_params), tenant_id)


async def _export(ctx: TenantCtx, wanted: LogFilter, tenant_id: uuid.UUID | None) -> Response[bytes]:
    _ = words(ctx)
    names = act_labels(ctx)
    rows = [_cells(ctx, names, line) async for line in _all_lines(plane(ctx), wanted, tenant_id)]
    async with ctx.begin() as tx:
        await ctx.audit(tx, "agency.log.exported", str(len(rows)), filter=ctx.http.query)
    return csv_answer(ctx, "log", [_(column) for column in _COLUMNS], rows)


async def _all_lines(
    control: ControlPlane, wanted: LogFilter, tenant_id: uuid.UUID | None
) -> AsyncIterator[AuditLine]:
    cursor = None
    while True:
        found = await control.audit(search=wanted.q, tenant_id=tenant_id, cursor=cursor, limit=_CHUNK)
        for line in found.items:
            yield line
        cursor = found.cursor
        if cursor is None:
            return


def _cells(ctx: TenantCtx, names: dict[str, str], line: AuditLine) -> list[object]:
    return [
        f"{line.at.astimezone(ctx.tenant.zone):%Y-%m-%d %H:%M:%S}",
        line.actor,
        line.tenant,
        names.get(line.act, line.act),
        "; ".join(f"{name}: {value}" for name, value in details(ctx, line.detail)),
    ]


route_handlers: Final[list[ControllerRouterHandler]] = [
    log_list,
    tenant_log,
    verify,
    export,
    export_of_tenant,
]
