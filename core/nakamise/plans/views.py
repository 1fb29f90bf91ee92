"""Plans in words, for the page."""

from __future__ import annotations

from typing import Final

import msgspec

from nakamise.plans.catalogue import Plan, PlanOption
from nakamise.plans.measuring import Usage
from nakamise.plans.prices import Price, priced
from nakamise.plugin.context import TenantCtx
from nakamise.ui.formats import number, yen
from nakamise.ui.i18n import N_, gettext_for

_UNITS: Final = ((10**9, "GB"), (10**6, "MB"), (10**3, "KB"))


class UsageRow(msgspec.Struct, frozen=True, kw_only=True):
    """``most`` is "" where nothing is limited; ``level`` the kind of its badge, "" while there is room."""

    label: str
    used: str
    most: str
    percent: int
    level: str
    is_month: bool


class PlanCard(msgspec.Struct, frozen=True, kw_only=True):
    """``price`` None: by quotation. ``points``: what it holds, a line each."""

    id: str
    title: str
    price: Price | None
    rate: str
    points: tuple[str, ...]
    is_own: bool
    can_be_chosen: bool


class OptionRow(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    title: str
    price: Price
    times: int
    most: int

    @property
    def choices(self) -> list[tuple[int, str]]:
        return [(n, f"× {n}") for n in range(self.most + 1)]


def usage_row(ctx: TenantCtx, usage: Usage) -> UsageRow:
    level = "danger" if usage.percent >= 100 else "warn" if usage.percent >= 80 else ""
    return UsageRow(
        label=_label(ctx, usage),
        used=amount(ctx, usage.unit, usage.used),
        most="" if usage.most is None else amount(ctx, usage.unit, usage.most),
        percent=min(usage.percent, 100),
        level=level,
        is_month=usage.period is not None,
    )


def plan_card(ctx: TenantCtx, plan: Plan, own: Plan, usages: list[Usage]) -> PlanCard:
    return PlanCard(
        id=plan.id,
        title=plan.title(ctx.locale),
        price=None if plan.monthly_fee is None else priced(plan.monthly_fee),
        rate=percent(plan.fee_bp),
        points=tuple(_point(ctx, plan, usage) for usage in usages if usage.meter in own_or(plan, own)),
        is_own=plan.id == own.id,
        can_be_chosen=plan.can_be_chosen,
    )


def own_or(plan: Plan, own: Plan) -> frozenset[str]:
    """What is worth comparing: limited by one of the two."""
    return frozenset((*plan.limits, *own.limits))


def option_row(ctx: TenantCtx, option: PlanOption, times: int) -> OptionRow:
    title = option.name if ctx.locale == "ja" else option.name_en
    return OptionRow(
        id=option.id, title=title, price=priced(option.monthly_fee), times=times, most=option.most
    )


def percent(basis_points: int) -> str:
    """360 is 3.6 %."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + " %"


def amount(ctx: TenantCtx, unit: str, value: int) -> str:
    if unit == "yen":
        return yen(value)
    if unit == "count":
        return number(value, ctx.locale)
    size, name = next(((size, name) for size, name in _UNITS if value >= size), (1, "B"))
    return f"{value / size:.3g} {name}"


def _label(ctx: TenantCtx, usage: Usage) -> str:
    return gettext_for(ctx.locale, usage.owner)(usage.label)


def _point(ctx: TenantCtx, plan: Plan, usage: Usage) -> str:
    _ = gettext_for(ctx.locale, "core")
    most = plan.limit(usage.meter, {}).most
    held = _(N_("unlimited")) if most is None else amount(ctx, usage.unit, most)
    if usage.period is not None and most is not None:
        held = _(N_("%(n)s a month"), n=held)
    return f"{_label(ctx, usage)}: {held}"
