"""The same figures as files for spreadsheets: UTF-8 with a byte order mark, or CP932 for old ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from nakamise.contracts.sales import Steps
from nakamise.plugin import TenantCtx
from nakamise.web import BOM, csv_text, gettext_for
from nakamise_analytics.schemas import Report, Share, SoldLive, percent
from nakamise_analytics.words import VIAS

Table = Literal[
    "summary",
    "days",
    "products",
    "categories",
    "shops",
    "funnel",
    "ways",
    "broadcasts",
    "broadcasters",
]
Encoding = Literal["utf-8", "cp932"]
Words = Callable[..., str]
Rows = Sequence[Sequence[object]]


def csv_of(ctx: TenantCtx, found: Report, table: Table, encoding: Encoding) -> bytes:
    """Amounts are plain numbers. What CP932 does not know becomes "?"."""
    text = csv_text(TABLES[table](gettext_for(ctx.locale, "analytics"), found))
    return text.encode("cp932", errors="replace") if encoding == "cp932" else (BOM + text).encode()


def _summary(_: Words, found: Report) -> Rows:
    now, then = found.totals, found.before
    period, compared = found.period, found.compared
    return [
        [found.timezone, f"{period.first} – {period.last}", f"{compared.first} – {compared.last}"],
        [_("Sales amount"), now.sales, then.sales],
        [_("Orders"), now.orders, then.orders],
        [_("Average order"), now.average, then.average],
        [_("Average sales a day"), found.per_day, then.sales // compared.days],
        [_("Given back"), now.given_back, then.given_back],
        [_("Sales less what was given back"), now.net, then.net],
        *([[_("New users"), now.new_users, then.new_users]] if found.is_whole else []),
    ]


def _days(_: Words, found: Report) -> Rows:
    """Users belong to no shop: a report of some shops has no such column."""
    head: list[object] = [
        _("Month") if found.is_monthly else _("Day"),
        _("Sales amount"),
        _("Orders"),
        _("New users"),
    ]
    pattern = "%Y-%m" if found.is_monthly else "%Y-%m-%d"
    width = len(head) if found.is_whole else len(head) - 1
    rows: list[list[object]] = [
        [f"{one.day:{pattern}}", one.sales, one.orders, one.users] for one in found.points
    ]
    return [row[:width] for row in (head, *rows)]


def _products(_: Words, found: Report) -> Rows:
    head = [_("Product"), _("Pieces"), _("Orders"), _("Sales of goods")]
    return [head, *([one.name, one.units, one.orders, one.sales] for one in found.products)]


def _categories(_: Words, found: Report) -> Rows:
    return _shares(_, found.categories, _("Category"), _("Sales of goods"))


def _shops(_: Words, found: Report) -> Rows:
    return _shares(_, found.shops, _("Shop"), _("Sales amount"))


def _shares(_: Words, rows: Sequence[Share], first: str, amount: str) -> Rows:
    body = [[one.name or _("No category"), one.units, one.sales, one.percent] for one in rows]
    return [[first, _("Pieces"), amount, _("Share in percent")], *body]


def _funnel(_: Words, found: Report) -> Rows:
    total = [_("All together"), *_steps(found.funnel.total)]
    return [
        [_("Product"), *_step_heads(_)],
        *([one.name, *_steps(one)] for one in found.funnel.products),
        total,
    ]


def _ways(_: Words, found: Report) -> Rows:
    head = [_("Came from"), *_step_heads(_), _("Sales of goods")]
    return [head, *([_(VIAS[one.via]), *_steps(one), one.sales] for one in found.funnel.ways)]


def _step_heads(_: Words) -> list[str]:
    seen = [_("Shown in a list"), _("Product page seen"), _("Put into the cart")]
    return [*seen, _("Ordered"), _("Paid"), _("Paid per 100 views")]


def _steps(of: Steps) -> list[object]:
    return [of.shown, of.views, of.carts, of.ordered, of.paid, percent(of.paid, of.views)]


def _broadcasts(_: Words, found: Report) -> Rows:
    head = [_("Broadcast"), _("Broadcaster"), *_sold_heads(_)]
    return [head, *([one.name, one.by, *_sold(one)] for one in found.broadcasts)]


def _broadcasters(_: Words, found: Report) -> Rows:
    return [[_("Broadcaster"), *_sold_heads(_)], *([one.name, *_sold(one)] for one in found.broadcasters)]


def _sold_heads(_: Words) -> list[str]:
    return [_("Orders"), _("Pieces"), _("Sales of goods")]


def _sold(one: SoldLive) -> list[object]:
    return [one.orders, one.units, one.sales]


TABLES: Final[Mapping[Table, Callable[[Words, Report], Rows]]] = {
    "summary": _summary,
    "days": _days,
    "products": _products,
    "categories": _categories,
    "shops": _shops,
    "funnel": _funnel,
    "ways": _ways,
    "broadcasts": _broadcasts,
    "broadcasters": _broadcasters,
}
