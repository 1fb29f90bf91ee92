"""Counting what the plan limits, in the transaction that makes or removes it.

The rule stands in the database: one conditional write takes, and when it touches no row the plan is full.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import msgspec

from nakamise.db import Tx
from nakamise.errors import LimitReached
from nakamise.ui.i18n import N_, gettext_for

if TYPE_CHECKING:
    from nakamise.host.loading import LoadedMeter
    from nakamise.plugin.context import TenantCtx

WARN_AT: Final = (80, 100)
WARNING_JOB: Final = "core.plan_warning"
PLAN_PAGE: Final = "/admin/plan"

_LIMIT: Final = "SELECT l.most, l.is_hard FROM nakamise.my_limit($1) l"
_KNOWN: Final = "SELECT used FROM core_usage WHERE meter = $1 AND period = $2"
_BEGIN: Final = (
    "INSERT INTO core_usage (meter, period, used) VALUES ($1, $2, $3) ON CONFLICT (meter, period) DO NOTHING"
)
_TAKE: Final = (
    "UPDATE core_usage SET used = used + $3 WHERE meter = $1 AND period = $2"
    " AND ($4::bigint IS NULL OR used + $3 <= $4) RETURNING used"
)
# No row: nothing was counted yet, and the first take looks how much is there. What drifted must not stop somebody from removing things: the recount mends it.
_GIVE_BACK: Final = "UPDATE core_usage SET used = greatest(used - $3, 0) WHERE meter = $1 AND period = $2"


class Limit(msgspec.Struct, frozen=True):
    """``most`` None: as much as one likes. Not ``is_hard``: beyond it there are warnings only."""

    most: int | None = None
    is_hard: bool = True

    @property
    def stop(self) -> int | None:
        return self.most if self.is_hard else None

    def percent(self, used: int) -> int:
        """How much of the limit is used; of a limit of 0, everything."""
        if self.most is None:
            return 0
        return 100 if self.most == 0 else used * 100 // self.most

    def crossed(self, before: int, after: int) -> int | None:
        """The highest percentage worth a warning that ``after`` reaches and ``before`` did not."""
        reached = [mark for mark in WARN_AT if self.percent(before) < mark <= self.percent(after)]
        return max(reached, default=None) if self.most is not None else None


class UsageWarning(msgspec.Struct, frozen=True):
    """The payload of the job that tells the administrators."""

    meter: str
    period: str
    percent: int


def period_of(loaded: LoadedMeter, now: datetime, zone: ZoneInfo) -> str:
    """The key of the row: "" for what lasts, else the month in the tenant's time zone."""
    return "" if loaded.meter.period is None else now.astimezone(zone).strftime("%Y-%m")


async def limit_of(tx: Tx, meter: str) -> Limit:
    """In a tenant's transaction, that tenant's."""
    return await tx.first(Limit, _LIMIT, meter) or Limit()


async def take(ctx: TenantCtx, tx: Tx, meter: str, n: int) -> None:
    """See ``TenantCtx.take``."""
    loaded = ctx.runtime.host.meter(meter)
    period = period_of(loaded, ctx.now(), ctx.tenant.zone)
    limit = await limit_of(tx, meter)
    await _ensure_row(ctx, tx, loaded, period)
    used: int | None = await tx.value(_TAKE, meter, period, n, limit.stop)
    if used is None:
        raise _reached(ctx, loaded, limit)
    await warn_if_crossed(ctx, tx, UsageWarning(meter, period, 0), limit, (used - n, used))


async def give_back(ctx: TenantCtx, tx: Tx, meter: str, n: int) -> None:
    """See ``TenantCtx.give_back``."""
    loaded = ctx.runtime.host.meter(meter)
    period = period_of(loaded, ctx.now(), ctx.tenant.zone)
    await tx.execute(_GIVE_BACK, meter, period, n)


async def warn_if_crossed(
    ctx: TenantCtx, tx: Tx, about: UsageWarning, limit: Limit, used: tuple[int, int]
) -> None:
    """``used`` before and after; the percentage of ``about`` is filled in here."""
    percent = limit.crossed(*used)
    if percent is not None:
        payload = msgspec.structs.replace(about, percent=percent)
        await ctx.enqueue(tx, WARNING_JOB, payload, key=about.meter)


async def _ensure_row(ctx: TenantCtx, tx: Tx, loaded: LoadedMeter, period: str) -> None:
    """What was there before the first count is counted once."""
    if await tx.value(_KNOWN, loaded.meter.id, period) is not None:
        return
    lasts = loaded.meter.period is None
    start = await loaded.count(ctx, tx, None) if lasts and loaded.count else 0
    await tx.execute(_BEGIN, loaded.meter.id, period, start)


def _reached(ctx: TenantCtx, loaded: LoadedMeter, limit: Limit) -> LimitReached:
    label = gettext_for(ctx.locale, loaded.owner)(loaded.meter.label)
    return LimitReached(
        N_(
            "Your plan allows no more: %(what)s, at most %(most)s. A larger plan or an option (%(page)s) allows more."
        ),
        params={"what": label, "most": limit.most, "page": PLAN_PAGE},
    )
