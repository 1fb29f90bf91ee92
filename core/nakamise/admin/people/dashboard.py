"""What the dashboard tells: figures of a period, what waits for somebody, what a new site still needs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

import msgspec

from nakamise.admin.people.rights import MANAGE, READ
from nakamise.auth import totp
from nakamise.contracts.ui import Period
from nakamise.db import Tx
from nakamise.host.widgets import FigureView, StepView, TodoView, WidgetView, widget_views
from nakamise.plugin.context import TenantCtx
from nakamise.ui.charts import zero_filled
from nakamise.ui.i18n import gettext_for

PeriodName = Literal["today", "week", "month"]
DAYS: Final[Mapping[PeriodName, int]] = {"today": 1, "week": 7, "month": 30}
AUDIT_READ: Final = "core.audit.read"
AUDIT_LINES: Final = 8

# $1 and $2: from, before.
_USERS: Final = """
SELECT (SELECT count(*) FROM core_user WHERE erased_at IS NULL)::int AS users,
       (SELECT count(*) FROM core_user WHERE erased_at IS NULL AND created_at < $1)::int AS users_before,
       (SELECT count(DISTINCT r.user_id) FROM core_user_role r JOIN core_user u ON u.id = r.user_id
        WHERE u.state = 'active')::int AS staff,
       (SELECT count(*) FROM core_invitation WHERE accepted_at IS NULL AND withdrawn_at IS NULL
        AND expires_at <= $2)::int AS lapsed
"""
_NEW: Final = "SELECT count(*)::int FROM core_user WHERE created_at >= $1 AND created_at < $2"
# $3 the tenant's zone.
_NEW_BY_DAY: Final = """
SELECT (created_at AT TIME ZONE $3)::date AS day, count(*)::int AS number
FROM core_user WHERE created_at >= $1 AND created_at < $2 GROUP BY 1
"""
_SETUP: Final = """
SELECT (SELECT count(DISTINCT slug) FROM core_page WHERE slug IN ('terms', 'privacy')) = 2 AS has_texts,
       (SELECT count(DISTINCT user_id) FROM core_user_role) > 1
           OR EXISTS (SELECT 1 FROM core_invitation WHERE withdrawn_at IS NULL) AS has_staff
"""


class RecentAct(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the audit log."""

    id: uuid.UUID
    at: datetime
    actor_name: str
    act: str


class DayCount(msgspec.Struct, frozen=True):
    day: date
    number: int


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """``new_users``: one entry for each day of the period, ascending, 0 where nobody came."""

    period: PeriodName
    first: date
    last: date
    figures: tuple[FigureView, ...]
    new_users: tuple[DayCount, ...]
    widgets: tuple[WidgetView, ...]
    todos: tuple[TodoView, ...]
    steps: tuple[StepView, ...]
    recent: tuple[RecentAct, ...]


class _Users(msgspec.Struct, frozen=True):
    users: int
    users_before: int
    staff: int
    lapsed: int


class _Setup(msgspec.Struct, frozen=True):
    has_texts: bool
    has_staff: bool


def period_of(ctx: TenantCtx, name: PeriodName) -> Period:
    """The last days of the tenant, today included."""
    today = ctx.now().astimezone(ctx.tenant.zone).date()
    return Period(today - timedelta(days=DAYS[name] - 1), today)


async def dashboard(ctx: TenantCtx, name: PeriodName) -> Dashboard:
    """What the actor may see of it."""
    period = period_of(ctx, name)
    widgets = await widget_views(ctx, period)
    async with ctx.read() as tx:
        users = await _users(ctx, tx, period) if ctx.actor.can(READ) else None
        days = await _days(ctx, tx, period) if ctx.actor.can(READ) else ()
        steps = await _steps(ctx, tx) if ctx.actor.can(MANAGE) else []
        recent = await _recent(ctx, tx)
        figures = await _figures(ctx, tx, period, users, days) if users else ()
    return Dashboard(
        period=name,
        first=period.first,
        last=period.last,
        figures=figures,
        new_users=days,
        widgets=tuple(widgets),
        todos=(*(todo for one in widgets for todo in one.todos), *_todos(ctx, users)),
        steps=(*steps, *(step for one in widgets for step in one.steps)),
        recent=recent,
    )


def _bounds(ctx: TenantCtx, period: Period) -> tuple[datetime, datetime]:
    """From the first midnight on, before the one after the last day."""
    zone = ctx.tenant.zone
    after = period.last + timedelta(days=1)
    return datetime.combine(period.first, time(), zone), datetime.combine(after, time(), zone)


async def _users(ctx: TenantCtx, tx: Tx, period: Period) -> _Users:
    first, _ = _bounds(ctx, period)
    return await tx.one(_Users, _USERS, first, ctx.now())


async def _days(ctx: TenantCtx, tx: Tx, period: Period) -> tuple[DayCount, ...]:
    rows = await tx.all(DayCount, _NEW_BY_DAY, *_bounds(ctx, period), ctx.tenant.timezone)
    found = {row.day: float(row.number) for row in rows}
    return tuple(DayCount(day, int(value)) for day, value in zero_filled(found, period.first, period.last))


async def _figures(
    ctx: TenantCtx, tx: Tx, period: Period, users: _Users, days: tuple[DayCount, ...]
) -> tuple[FigureView, ...]:
    _ = gettext_for(ctx.locale, "core")
    before = await tx.value(_NEW, *_bounds(ctx, period.before))
    new = sum(day.number for day in days)
    return (
        _figure(_("Users"), users.users, users.users_before, "users", "/admin/users"),
        _figure(
            _("New users"),
            new,
            before,
            "user-plus",
            f"/admin/users?since={period.first}&until={period.last}",
            tuple(day.number for day in days),
        ),
        _figure(_("Staff"), users.staff, None, "shield-check", "/admin/staff"),
    )


def _figure(
    label: str, value: int, previous: int | None, icon: str, href: str, series: tuple[int, ...] = ()
) -> FigureView:
    return FigureView(
        label=label, value=value, unit="count", previous=previous, series=series, href=href, icon=icon
    )


def _todos(ctx: TenantCtx, users: _Users | None) -> list[TodoView]:
    if users is None or not users.lapsed:
        return []
    _ = gettext_for(ctx.locale, "core")
    label = _("Invitations that ran out")
    return [TodoView(label=label, count=users.lapsed, href="/admin/staff#invitations", level="info")]


async def _steps(ctx: TenantCtx, tx: Tx) -> list[StepView]:
    _ = gettext_for(ctx.locale, "core")
    setup = await tx.one(_Setup, _SETUP)
    has_totp = ctx.actor.user_id is not None and await totp.is_on(tx, ctx.actor.user_id)
    return [
        StepView(
            label=_("Upload your logo"), is_done=bool(ctx.tenant.brand.get("logo")), href="/admin/settings"
        ),
        StepView(
            label=_("Write the terms of use and the privacy policy"),
            is_done=setup.has_texts,
            href="/admin/legal",
        ),
        StepView(label=_("Invite your staff"), is_done=setup.has_staff, href="/admin/staff"),
        StepView(
            label=_("Protect your account with two-step login"), is_done=has_totp, href="/account/security"
        ),
    ]


async def _recent(ctx: TenantCtx, tx: Tx) -> tuple[RecentAct, ...]:
    if not ctx.actor.can(AUDIT_READ):
        return ()
    rows = await tx.all(
        RecentAct,
        "SELECT id, at, actor_name, act FROM core_audit ORDER BY at DESC, id DESC LIMIT $1",
        AUDIT_LINES,
    )
    return tuple(rows)
