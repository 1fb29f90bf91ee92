"""What the page of a report shows: tabs, tiles, names of points and steps, ways into the list of orders."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec

from nakamise.contracts.sales import Steps
from nakamise.plugin import TenantCtx
from nakamise.web import NavLink, gettext_for, month_day, short_date, yen
from nakamise_analytics.address import address_of
from nakamise_analytics.periods import Kind, Wanted, is_running
from nakamise_analytics.schemas import Point, Report, percent
from nakamise_analytics.sheets import TABLES

HERE: Final = "/admin/analytics"
ORDERS: Final = "/admin/shop/orders"
_GIVEN_BACK: Final = 4


class Step(msgspec.Struct, frozen=True):
    """``rate``: percent of the views, "" for the steps before."""

    name: str
    count: int
    rate: str


def tabs(ctx: TenantCtx, wanted: Wanted, today: date) -> list[NavLink]:
    """Periods that one touch asks for; the last month is a month like others."""
    _ = gettext_for(ctx.locale, "analytics")
    last_month = today.replace(day=1) - timedelta(days=1)
    shown = wanted.day or today
    is_last = wanted.kind is Kind.MONTH and (shown.year, shown.month) == (last_month.year, last_month.month)
    rows: list[tuple[str, Kind, date | None]] = [
        (_("Today"), Kind.DAY, None),
        (_("7 days"), Kind.LAST7, None),
        (_("Weekly"), Kind.WEEK, None),
        (_("Monthly"), Kind.MONTH, None),
        (_("Last month"), Kind.MONTH, last_month),
        (_("Yearly"), Kind.YEAR, None),
        (_("Other days"), Kind.CUSTOM, None),
    ]
    return [
        NavLink(
            name,
            address_of(HERE, wanted, kind=kind, day=day, first=None, last=None),
            current=wanted.kind is kind and (kind is not Kind.MONTH or is_last == (day is not None)),
        )
        for name, kind, day in rows
    ]


def title(ctx: TenantCtx, found: Report) -> str:
    zone = ctx.tenant.timezone
    days = dict.fromkeys((found.period.first, found.period.last))
    return " – ".join(short_date(day, ctx.locale, zone) for day in days)


def neighbours(wanted: Wanted, found: Report, today: date) -> tuple[str, str]:
    """Addresses of the period before and of the one after; "" where there is none."""
    if wanted.kind is Kind.CUSTOM:
        return "", ""
    length = found.period.days if wanted.kind in (Kind.DAY, Kind.LAST7) else 1
    after = found.period.last + timedelta(days=length)
    forward = "" if is_running(wanted, today) or after > today else address_of(HERE, wanted, day=after)
    return address_of(HERE, wanted, day=found.period.first - timedelta(days=1)), forward


def tiles(_: Callable[..., str], found: Report) -> list[tuple[str, str, str, str]]:
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
    ]
    if found.is_whole:
        rows.append((_("New users"), f"{now.new_users:,}", now.new_users, then.new_users))
    shown = [(label, value, *_change(one, other)) for label, value, one, other in rows]
    # More that goes back is nothing to be glad of, and less no loss.
    shown[_GIVEN_BACK] = (*shown[_GIVEN_BACK][:3], "")
    return shown


def _change(now: int, then: int) -> tuple[str, str]:
    """In percent of the period before; nothing where that was 0 or less."""
    if then <= 0:
        return "", ""
    change = round((now - then) * 100 / then)
    return f"{change:+,d} %", "up" if change > 0 else "down" if change < 0 else ""


def point_name(ctx: TenantCtx, found: Report, point: Point) -> str:
    if found.is_monthly:
        return f"{point.day:%Y/%m}"
    return month_day(point.day, ctx.locale, ctx.tenant.timezone)


def steps(_: Callable[..., str], of: Steps) -> list[Step]:
    """From lists to the payment."""
    return [
        Step(_("Shown in a list"), of.shown, ""),
        Step(_("Product page seen"), of.views, ""),
        Step(_("Put into the cart"), of.carts, percent(of.carts, of.views)),
        Step(_("Ordered"), of.ordered, percent(of.ordered, of.views)),
        Step(_("Paid"), of.paid, percent(of.paid, of.views)),
    ]


class Drill(msgspec.Struct, frozen=True):
    """Into the list of orders with the same filter: those that were paid in the same days."""

    found: Report
    shop: str
    may_read: bool

    def all(self) -> str:
        return self._path(self.found.period.first, self.found.period.last, self.shop)

    def at(self, point: Point) -> str:
        """Of a day, or of a month's days that belong to the period."""
        last = point.day
        if self.found.is_monthly:
            last = point.day.replace(day=calendar.monthrange(point.day.year, point.day.month)[1])
        return self._path(point.day, min(last, self.found.period.last), self.shop)

    def of_shop(self, slug: str) -> str:
        return self._path(self.found.period.first, self.found.period.last, slug)

    def _path(self, first: date, last: date, shop: str) -> str:
        if not self.may_read:
            return ""
        wanted = {"dates": "paid", "since": max(first, self.found.period.first), "until": last}
        return f"{ORDERS}?{urlencode(wanted | ({'shop': shop} if shop else {}))}"


def drill(ctx: TenantCtx, wanted: Wanted, found: Report) -> Drill:
    slug = next((one.slug for one in found.choices if str(one.id) == wanted.shop), "")
    return Drill(found, slug, ctx.actor.can("shop.orders.read"))


def files(ctx: TenantCtx, wanted: Wanted, found: Report) -> list[tuple[str, str, str]]:
    """(label, address of the file in UTF-8, in CP932)."""
    _ = gettext_for(ctx.locale, "analytics")
    labels = {
        "summary": _("Summary"),
        "days": _("Course"),
        "products": _("Best sellers"),
        "categories": _("By category"),
        "shops": _("By shop"),
        "funnel": _("From view to payment, by product"),
        "ways": _("Where visitors came from"),
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
        if found.is_whole or table not in ("broadcasts", "broadcasters")
    ]
