"""The audit log: search, CSV, and whether anybody tampered with it."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from nakamise.admin.site import audit, seals
from nakamise.admin.site.acts import act_label
from nakamise.db.sealed_log import Verdict
from nakamise.plugin.access import requires
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.ui.formats import local_time
from nakamise.ui.i18n import gettext_for
from nakamise.ui.pages import page, see_other
from nakamise.ui.paging import address, filter_of, page_base
from nakamise.ui.sheets import csv_stream

PATH: Final = "/admin/audit"
API: Final = "/api/core/audit"
READ: Final = requires("core.audit.read")
_TAGS: Final = ["audit"]
AnyRequest = Request[Any, Any, Any]


@get(PATH, opt=READ, include_in_schema=False)
async def audit_page(ctx: Ctx, request: AnyRequest) -> Response[bytes]:
    wanted = filter_of(audit.AuditFilter, request.query_params)
    async with ctx.read() as tx:
        found = await audit.audit_page(ctx, tx, wanted)
        acts = await audit.acts_used(tx)
    return await page(
        ctx,
        "core/admin/site/audit.html",
        found=found,
        wanted=wanted,
        is_filtered=wanted != audit.AuditFilter(page=wanted.page),
        acts=sorted(((act, act_label(ctx, act)) for act in acts), key=lambda pair: pair[1]),
        labels={act: act_label(ctx, act) for act in acts},
        details={row.id: msgspec.json.encode(row.detail).decode() for row in found.rows if row.detail},
        paging=page_base(address(PATH, wanted)),
        export=address(f"{PATH}/export.csv", wanted),
    )


@get(f"{PATH}/export.csv", opt=READ, include_in_schema=False)
async def export(ctx: Ctx, request: AnyRequest) -> Stream:
    """What the filter finds, all of it."""
    return await _csv(ctx, filter_of(audit.AuditFilter, request.query_params))


@post(f"{PATH}/verify", opt=READ, include_in_schema=False)
async def verify_page(ctx: Ctx) -> Response[bytes]:
    verdict = await seals.verify(ctx)
    _ = gettext_for(ctx.locale, "core")
    if verdict.until is None:
        return see_other(ctx, PATH, flash=_("The log is empty."))
    if not verdict.ok:
        wrong = verdict.wrong
        said = _("The log was tampered with: %(n)s rows do not match their seals.", n=wrong)
        if not wrong:
            said = _("The log was tampered with: seal %(n)s is broken.", n=verdict.broken_seal)
        return see_other(ctx, PATH, flash=said, kind="danger")
    said = _(
        "Nothing was tampered with up to %(time)s (%(n)s rows, seal %(hash)s).",
        time=f"{local_time(verdict.until, ctx.tenant.timezone):%Y-%m-%d %H:%M:%S}",
        n=verdict.rows,
        hash=verdict.hash[:16],
    )
    return see_other(ctx, PATH, flash=said)


@get(API, opt=READ, tags=_TAGS)
async def list_json(ctx: Ctx, request: AnyRequest) -> audit.AuditPage:
    """Query: who, act, subject, since, until (days), page."""
    async with ctx.read() as tx:
        return await audit.audit_page(ctx, tx, filter_of(audit.AuditFilter, request.query_params))


@get(f"{API}/export.csv", opt=READ, tags=_TAGS)
async def export_json(ctx: Ctx, request: AnyRequest) -> Stream:
    """The same filter, as CSV."""
    return await _csv(ctx, filter_of(audit.AuditFilter, request.query_params))


@post(f"{API}/verify", opt=READ, tags=_TAGS, status_code=200)
async def verify_json(ctx: Ctx) -> Verdict:
    """Compute every hash again. Note ``hash`` elsewhere: a log cut off after it would not match."""
    return await seals.verify(ctx)


async def _csv(ctx: TenantCtx, wanted: audit.AuditFilter) -> Stream:
    name = f"audit-{ctx.now().astimezone(ctx.tenant.zone):%Y%m%d-%H%M}.csv"
    async with ctx.begin() as tx:
        await ctx.audit(tx, "core.audit.exported", name, filter=ctx.http.query)
    return csv_stream(name, audit.audit_csv(ctx, wanted))


route_handlers: Final[list[ControllerRouterHandler]] = [
    audit_page,
    export,
    verify_page,
    list_json,
    export_json,
    verify_json,
]
