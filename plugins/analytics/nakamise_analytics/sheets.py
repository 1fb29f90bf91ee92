"""The same figures as files for spreadsheets: UTF-8 with a byte order mark, or CP932 for old ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from nakamise.plugin import TenantCtx
from nakamise.web import BOM, csv_text, gettext_for
from nakamise_analytics.schemas import Report, Share

Table = Literal["summary", "days", "products", "categories", "shops", "broadcasts", "broadcasters"]
Encoding = Literal["utf-8", "cp932"]
TABLES: Final[tuple[Table, ...]] = (
    "summary",
    "days",
    "products",
    "categories",
    "shops",
    "broadcasts",
    "broadcasters",
)


def csv_of(ctx: TenantCtx, found: Report, table: Table, encoding: Encoding) -> bytes:
    """Amounts are plain numbers. What CP932 does not know becomes "?"."""
    text = csv_text(_rows(ctx, found, table))
    return text.encode("cp932", errors="replace") if encoding == "cp932" else (BOM + text).encode()


def _rows(ctx: TenantCtx, found: Report, table: Table) -> Sequence[Sequence[object]]:
    _ = gettext_for(ctx.locale, "analytics")
    if table == "summary":
        return _summary(ctx, found)
    if table == "days":
        head: list[object] = [
            _("Day") if not found.is_monthly else _("Month"),
            _("Sales amount"),
            _("Orders"),
            _("New users"),
        ]
        return [head, *([str(one.day), one.sales, one.orders, one.users] for one in found.points)]
    if table == "products":
        head = [_("Product"), _("Pieces"), _("Orders"), _("Sales of goods")]
        return [head, *([one.name, one.units, one.orders, one.sales] for one in found.products)]
    if table in ("categories", "shops"):
        return _shares(ctx, found.categories if table == "categories" else found.shops, table)
    head = [_("Broadcast"), _("Broadcaster"), _("Orders"), _("Pieces"), _("Sales of goods")]
    if table == "broadcasters":
        rows = [[one.name, one.orders, one.units, one.sales] for one in found.broadcasters]
        return [head[1:], *rows]
    return [head, *([one.name, one.by, one.orders, one.units, one.sales] for one in found.broadcasts)]


def _summary(ctx: TenantCtx, found: Report) -> Sequence[Sequence[object]]:
    _ = gettext_for(ctx.locale, "analytics")
    now, then = found.totals, found.before
    period, compared = found.period, found.compared
    return [
        ["", f"{period.first} – {period.last}", f"{compared.first} – {compared.last}"],
        [_("Sales amount"), now.sales, then.sales],
        [_("Orders"), now.orders, then.orders],
        [_("Average order"), now.average, then.average],
        [_("Average sales a day"), found.per_day, then.sales // compared.days],
        [_("Given back"), now.given_back, then.given_back],
        [_("Sales less what was given back"), now.net, then.net],
        [_("New users"), now.new_users, then.new_users],
    ]


def _shares(ctx: TenantCtx, rows: Sequence[Share], table: Table) -> Sequence[Sequence[object]]:
    _ = gettext_for(ctx.locale, "analytics")
    first = _("Category") if table == "categories" else _("Shop")
    amount = _("Sales of goods") if table == "categories" else _("Sales amount")
    body = [[one.name or _("No category"), one.units, one.sales, one.percent] for one in rows]
    return [[first, _("Pieces"), amount, _("Share in percent")], *body]
