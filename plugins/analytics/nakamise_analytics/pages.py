"""Sales reports for staff, under /admin/analytics."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires
from nakamise.web import csv_file, filter_of, gettext_for, page, yen
from nakamise_analytics import view
from nakamise_analytics.live import STEPS
from nakamise_analytics.periods import Wanted
from nakamise_analytics.report import report, today
from nakamise_analytics.schemas import percent
from nakamise_analytics.sheets import Encoding, Table, csv_of
from nakamise_analytics.words import VIAS

AnyRequest = Request[Any, Any, Any]
READ: Final = "analytics.read"


class FileWanted(msgspec.Struct, frozen=True, kw_only=True):
    table: Table = "summary"
    encoding: Encoding = "utf-8"


@get("/", opt=requires(READ), include_in_schema=False)
async def show(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(Wanted, request.query_params)
    found = await report(ctx, wanted)
    _ = gettext_for(ctx.locale, "analytics")
    names = [view.point_name(ctx, found, one) for one in found.points]
    return await page(
        ctx,
        "analytics/report.html",
        found=found,
        wanted=wanted,
        tabs=view.tabs(ctx, wanted, today(ctx)),
        title=view.title(ctx, found),
        neighbours=view.neighbours(wanted, found, today(ctx)),
        tiles=view.tiles(_, found),
        sales_points=[(name, one.sales) for name, one in zip(names, found.points, strict=True)],
        order_points=[(name, one.orders) for name, one in zip(names, found.points, strict=True)],
        user_points=[(name, one.users) for name, one in zip(names, found.points, strict=True)],
        yen=_show_yen,
        count=_show_count,
        drill=view.drill(ctx, wanted, found),
        slugs={one.id: one.slug for one in found.choices},
        steps=view.steps(_, found.funnel.total),
        percent=percent,
        vias={via: _(name) for via, name in VIAS.items()},
        files=view.files(ctx, wanted, found),
        step_names={name: _(name) for name in STEPS},
    )


def _show_yen(value: float) -> str:
    return yen(round(value))


def _show_count(value: float) -> str:
    return f"{round(value):,}"


@get("/export.csv", opt=requires(READ), include_in_schema=False)
async def export(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """One table of the page, with the very same figures."""
    wanted = filter_of(Wanted, request.query_params)
    file = filter_of(FileWanted, request.query_params)
    found = await report(ctx, wanted)
    name = f"{file.table}-{found.period.first:%Y%m%d}-{found.period.last:%Y%m%d}.csv"
    async with ctx.begin() as tx:
        await ctx.audit(tx, "analytics.exported", name)
    data = csv_of(ctx, found, file.table, file.encoding)
    return csv_file(name, data, "Shift_JIS" if file.encoding == "cp932" else "utf-8")


route_handlers: Final[list[ControllerRouterHandler]] = [show, export]
