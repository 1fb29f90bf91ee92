"""The first page of the administration, and the same as JSON."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from nakamise.admin.people.dashboard import Dashboard, PeriodName, dashboard, period_of
from nakamise.admin.site.acts import act_label
from nakamise.plugin.access import requires
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.plugin.slots import Slot
from nakamise.ui.formats import month_day, short_date
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.pages import page
from nakamise.ui.views import NavLink

PERIODS: Final[dict[PeriodName, str]] = {
    "today": N_("Today"),
    "week": N_("7 days"),
    "month": N_("30 days"),
}


@get("/admin", opt=requires("core.admin"), include_in_schema=False)
async def dashboard_page(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    asked = request.query_params.get("period")
    usual: PeriodName = "month"
    names: list[PeriodName] = list(PERIODS)
    name = names[names.index(asked)] if asked in names else usual
    found = await dashboard(ctx, name)
    return await page(
        ctx,
        "core/admin/people/dashboard.html",
        slots={Slot.ADMIN_DASHBOARD: period_of(ctx, name)},
        found=found,
        periods=_links(ctx, name),
        points=[(month_day(day.day, ctx.locale, ctx.tenant.timezone), day.number) for day in found.new_users],
        rows=[
            (short_date(day.day, ctx.locale, ctx.tenant.timezone), day.number)
            for day in reversed(found.new_users)
        ],
        acts={line.act: act_label(ctx, line.act) for line in found.recent},
        done=sum(step.is_done for step in found.steps),
    )


def _links(ctx: TenantCtx, chosen: PeriodName) -> list[NavLink]:
    _ = gettext_for(ctx.locale, "core")
    return [
        NavLink(_(text), f"/admin?period={name}", current=name == chosen) for name, text in PERIODS.items()
    ]


@get("/api/core/dashboard", opt=requires("core.admin"), tags=["people"])
async def read_dashboard(ctx: Ctx, period: FromQuery[PeriodName] = "month") -> Dashboard:
    """Figures of the last days of the tenant, today included; what waits; what a new site still needs."""
    return await dashboard(ctx, period)


route_handlers: Final[list[ControllerRouterHandler]] = [dashboard_page, read_dashboard]
