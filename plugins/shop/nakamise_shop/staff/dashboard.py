"""The shop's box on the dashboard: how sales went, the shops, the latest orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from nakamise.contracts.ui import Period
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import month_day, short_date, yen
from nakamise_shop import scope
from nakamise_shop.staff.orders import repository as orders_repository
from nakamise_shop.staff.orders.schemas import StaffOrderFilter
from nakamise_shop.staff.shops.repository import shop_lines
from nakamise_shop.staff.text import ORDER_STATUS, PAYMENT_STATUS, SHOP_STATES, badges
from nakamise_shop.staff.widget import Day, days_of

LATEST: Final = 5
PERMISSION: Final = "shop.dashboard"
_LINKS: Final = ("orders.read", "shops.manage")


async def dashboard_context(ctx: TenantCtx, tx: Tx, period: Period) -> Mapping[str, object] | None:
    """None for those who may not see it."""
    if not ctx.actor.can(PERMISSION):
        return None
    days = await days_of(ctx, tx, period)
    own = await scope.shops_of(ctx, tx)
    zone = ctx.tenant.timezone
    return {
        "points": [(month_day(day.day, ctx.locale, zone), day.sales) for day in days],
        "rows": _rows(ctx, days),
        "yen": _show_yen,
        "shops": await shop_lines(tx, own),
        "latest": await orders_repository.lines(tx, StaffOrderFilter(), ctx.tenant.zone, own, LATEST, 0),
        "shop_states": badges(ctx, SHOP_STATES),
        "order_status": badges(ctx, ORDER_STATUS),
        "pay_status": badges(ctx, PAYMENT_STATUS),
        "may": {name: ctx.actor.can(f"shop.{name}") for name in _LINKS},
    }


def _rows(ctx: TenantCtx, days: Sequence[Day]) -> list[tuple[str, str]]:
    """The chart's numbers, the newest first."""
    return [(short_date(day.day, ctx.locale, ctx.tenant.timezone), yen(day.sales)) for day in reversed(days)]


def _show_yen(value: float) -> str:
    return yen(round(value))
