"""Sales reports for staff, under /admin/analytics."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from nakamise.contracts.catalog import Catalog
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import (
    N_,
    NavLink,
    filter_of,
    gettext_for,
    month_day,
    page,
    short_date,
    yen,
)
from nakamise_analytics.address import address_of
from nakamise_analytics.live import STEPS
from nakamise_analytics.periods import Kind, Wanted
from nakamise_analytics.report import report, today
from nakamise_analytics.schemas import Point, Report
from nakamise_analytics.sheets import TABLES, Encoding, Table, csv_of

AnyRequest = Request[Any, Any, Any]
HERE: Final = "/admin/analytics"
READ: Final = "analytics.read"
_KINDS: Final = {
    Kind.WEEK: N_("Weekly"),
    Kind.MONTH: N_("Monthly"),
    Kind.YEAR: N_("Yearly"),
    Kind.CUSTOM: N_("Other days"),
}


class FileWanted(msgspec.Struct, frozen=True, kw_only=True):
    table: Table = "summary"
    encoding: Encoding = "utf-8"


@get("/", opt=requires(READ), include_in_schema=False)
async def show(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(Wanted, request.query_params)
    found = await report(ctx, wanted)
    async with ctx.read() as tx:
        shops = (await ctx.service(Catalog).choices(tx)).shops
    _ = gettext_for(ctx.locale, "analytics")
    return await page(
        ctx,
        "analytics/report.html",
        found=found,
        wanted=wanted,
        shops=shops,
        tabs=_tabs(ctx, wanted),
        title=_title(ctx, found),
        steps=_steps(ctx, wanted, found),
        tiles=_tiles(_, found),
        sales_points=[(_name(ctx, found, one), one.sales) for one in found.points],
        order_points=[(_name(ctx, found, one), one.orders) for one in found.points],
        user_points=[(_name(ctx, found, one), one.users) for one in found.points],
        yen=_show_yen,
        files=_files(ctx, wanted),
        step_names={name: _(name) for name in STEPS},
    )


def _show_yen(value: float) -> str:
    return yen(round(value))


def _tabs(ctx: TenantCtx, wanted: Wanted) -> list[NavLink]:
    _ = gettext_for(ctx.locale, "analytics")
    return [
        NavLink(_(text), address_of(HERE, wanted, kind=kind, day=None), current=wanted.kind is kind)
        for kind, text in _KINDS.items()
    ]


def _title(ctx: TenantCtx, found: Report) -> str:
    zone = ctx.tenant.timezone
    return " – ".join(short_date(day, ctx.locale, zone) for day in (found.period.first, found.period.last))


def _steps(ctx: TenantCtx, wanted: Wanted, found: Report) -> tuple[str, str]:
    """Addresses of the period before and of the one after; "" where there is none."""
    if wanted.kind is Kind.CUSTOM:
        return "", ""
    after = found.period.last + timedelta(days=1)
    forward = address_of(HERE, wanted, day=after) if after <= today(ctx) else ""
    return address_of(HERE, wanted, day=found.compared.first), forward


def _tiles(_: Callable[..., str], found: Report) -> list[tuple[str, str, str, str]]:
    """(label, value, change, direction)."""
    now, then = found.totals, found.before
    daily = then.sales // found.compared.days
    rows = [
        (_("Sales amount"), yen(now.sales), now.sales, then.sales),
        (_("Orders"), f"{now.orders:,}", now.orders, then.orders),
        (_("Average order"), yen(now.average), now.average, then.average),
        (
            _("Average sales a day (%(n)s days)", n=found.period.days),
            yen(found.per_day),
            found.per_day,
            daily,
        ),
        (_("Given back"), yen(now.given_back), now.given_back, then.given_back),
        (_("Sales less what was given back"), yen(now.net), now.net, then.net),
        (_("New users"), f"{now.new_users:,}", now.new_users, then.new_users),
    ]
    return [(label, value, *_change(one, other)) for label, value, one, other in rows]


def _change(now: int, then: int) -> tuple[str, str]:
    """In percent of the period before; nothing where that was 0 or less."""
    if then <= 0:
        return "", ""
    change = round((now - then) * 100 / then)
    return f"{change:+d} %", "up" if change > 0 else "down" if change < 0 else ""


def _name(ctx: TenantCtx, found: Report, point: Point) -> str:
    if found.is_monthly:
        return f"{point.day:%Y/%m}"
    return month_day(point.day, ctx.locale, ctx.tenant.timezone)


def _files(ctx: TenantCtx, wanted: Wanted) -> list[tuple[str, str, str]]:
    """(label, address of the file in UTF-8, in CP932)."""
    _ = gettext_for(ctx.locale, "analytics")
    labels = {
        "summary": _("Summary"),
        "days": _("Course"),
        "products": _("Best sellers"),
        "categories": _("By category"),
        "shops": _("By shop"),
        "broadcasts": _("By broadcast"),
        "broadcasters": _("By broadcaster"),
    }
    path = f"{HERE}/export.csv"
    return [
        (
            labels[table],
            address_of(path, wanted, table=table),
            address_of(path, wanted, table=table, encoding="cp932"),
        )
        for table in TABLES
    ]


@get("/export.csv", opt=requires(READ), include_in_schema=False)
async def export(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """One table of the page, with the very same figures."""
    wanted = filter_of(Wanted, request.query_params)
    file = filter_of(FileWanted, request.query_params)
    found = await report(ctx, wanted)
    name = f"{file.table}-{found.period.first:%Y%m%d}-{found.period.last:%Y%m%d}.csv"
    async with ctx.begin() as tx:
        await ctx.audit(tx, "analytics.exported", name)
    charset = "shift_jis" if file.encoding == "cp932" else "utf-8"
    return Response(
        csv_of(ctx, found, file.table, file.encoding),
        media_type=f"text/csv; charset={charset}",
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )


route_handlers: Final[list[ControllerRouterHandler]] = [show, export]
