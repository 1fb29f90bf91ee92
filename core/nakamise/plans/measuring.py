"""How much is really there and what happened, as the meters' own counts say."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from nakamise.db import Tx
from nakamise.plans.usage import Limit, limit_of, period_of
from nakamise.plugin.meters import MeterUsage, Span

if TYPE_CHECKING:
    from nakamise.host.loading import LoadedMeter
    from nakamise.plugin.context import TenantCtx

_STORED: Final = "SELECT u.used FROM core_usage u WHERE u.meter = $1 AND u.period = $2"


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """``label`` is a msgid of the catalog ``owner``; ``most`` None: unlimited; ``percent`` of the limit."""

    meter: str
    owner: str
    label: str
    period: Literal["month"] | None
    unit: Literal["count", "bytes", "yen"]
    used: int
    most: int | None
    is_hard: bool
    percent: int


def day_span(ctx: TenantCtx, day: date) -> Span:
    """A day of the tenant's calendar."""
    return Span(_midnight(ctx, day), _midnight(ctx, day + timedelta(days=1)))


def month_span(ctx: TenantCtx, day: date) -> Span:
    """The month of ``day`` in the tenant's calendar."""
    first = day.replace(day=1)
    days = calendar.monthrange(day.year, day.month)[1]
    return Span(_midnight(ctx, first), _midnight(ctx, first + timedelta(days=days)))


def today(ctx: TenantCtx) -> date:
    return ctx.now().astimezone(ctx.tenant.zone).date()


def _midnight(ctx: TenantCtx, day: date) -> datetime:
    return datetime.combine(day, time(), ctx.tenant.zone)


async def usage_of(ctx: TenantCtx, tx: Tx) -> list[Usage]:
    """Of everything that is on, the core's first."""
    return [await _usage(ctx, tx, loaded) for loaded in ctx.runtime.host.meters(ctx.tenant.plugins)]


async def _usage(ctx: TenantCtx, tx: Tx, loaded: LoadedMeter) -> Usage:
    meter = loaded.meter
    limit = await limit_of(tx, meter.id)
    used = await used_now(ctx, tx, loaded)
    return Usage(
        meter=meter.id,
        owner=loaded.owner,
        label=meter.label,
        period=meter.period,
        unit=meter.unit,
        used=used,
        most=limit.most,
        is_hard=limit.is_hard and meter.taken,
        percent=limit.percent(used),
    )


async def usage_of_one(ctx: TenantCtx, tx: Tx, meter: str) -> MeterUsage:
    """See ``TenantCtx.usage``."""
    found = await _usage(ctx, tx, ctx.runtime.host.meter(meter))
    return MeterUsage(used=found.used, most=found.most, is_hard=found.is_hard, percent=found.percent)


async def used_now(ctx: TenantCtx, tx: Tx, loaded: LoadedMeter) -> int:
    """What was taken, or is counted where nobody takes or took yet."""
    if loaded.meter.taken:
        period = period_of(loaded, ctx.now(), ctx.tenant.zone)
        stored: int | None = await tx.value(_STORED, loaded.meter.id, period)
        if stored is not None:
            return stored
    return await counted(ctx, tx, loaded)


async def counted(ctx: TenantCtx, tx: Tx, loaded: LoadedMeter) -> int:
    """What ``count`` finds: now, or in this month; 0 without one."""
    if loaded.count is None:
        return 0
    span = None if loaded.meter.period is None else month_span(ctx, today(ctx))
    return await loaded.count(ctx, tx, span)


def over(usages: list[Usage], limits: dict[str, Limit]) -> list[Usage]:
    """What lasts and would not fit under ``limits``; what a month used up is forgotten with it."""
    return [u for u in usages if u.period is None and _exceeds(u.used, limits[u.meter].stop)]


def _exceeds(used: int, most: int | None) -> bool:
    return most is not None and used > most
