"""What is done for every tenant in the background: charging months, measuring days, mending counts, warning."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from nakamise.auth.addresses import admin_addresses
from nakamise.db import Tx
from nakamise.host.loading import LoadedMeter
from nakamise.plans import catalogue, invoice, measuring, terms
from nakamise.plans.usage import (
    PLAN_PAGE,
    WARNING_JOB,
    Limit,
    UsageWarning,
    limit_of,
    period_of,
    warn_if_crossed,
)
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.jobs import Job
from nakamise.ui.i18n import N_, gettext_for

if TYPE_CHECKING:
    from nakamise.jobs.queue import JobQueue

log: Final = logging.getLogger("nakamise.plans")
_HOUR_S: Final = 3600
_WARNED: Final = (
    "UPDATE core_usage SET warned = $3 WHERE meter = $1 AND period = $2 AND warned < $3 RETURNING used"
)
_LOCK: Final = "SELECT used FROM core_usage WHERE meter = $1 AND period = $2 FOR UPDATE"
_PUT: Final = (
    "INSERT INTO core_usage (meter, period, used) VALUES ($1, $2, $3)"
    " ON CONFLICT (meter, period) DO UPDATE SET used = excluded.used"
)
_CALM: Final = "UPDATE core_usage SET warned = 0 WHERE meter = $1 AND period = $2 AND warned > $3"


async def charge_month(ctx: TenantCtx) -> None:
    """The month's fee in advance; done once a month, whoever comes first."""
    async with ctx.runtime.db.control() as tx:
        who = await terms.subscriber(tx, ctx.tenant.id)
        plan = await catalogue.plan_by_id(tx, who.plan)
        agreed = await terms.terms_at(tx, who.id)
        items = invoice.items_of(plan, agreed.monthly_fee, await terms.options_of(tx, who.id))
        await invoice.bill_month(tx, who, items, measuring.today(ctx), ctx.now())


async def measure(ctx: TenantCtx) -> None:
    """Today and yesterday, each meter: measured again until the day is over."""
    days = (measuring.today(ctx) - timedelta(days=1), measuring.today(ctx))
    async with ctx.begin() as tx:
        for loaded in ctx.runtime.host.meters(ctx.tenant.plugins):
            for day in days if loaded.meter.period else days[1:]:
                if loaded.count is not None:
                    span = measuring.day_span(ctx, day) if loaded.meter.period else None
                    found = await loaded.count(ctx, tx, span)
                    await tx.value("SELECT nakamise.meter($1, $2, $3)", day, loaded.meter.id, found)


async def recount(ctx: TenantCtx) -> None:
    """Set every count to what there really is; what had drifted is logged and audited."""
    for loaded in ctx.runtime.host.meters(ctx.tenant.plugins):
        if loaded.count is not None:
            async with ctx.begin() as tx:
                await _recount(ctx, tx, loaded)


async def _recount(ctx: TenantCtx, tx: Tx, loaded: LoadedMeter) -> None:
    """Whoever takes waits for the row's lock meanwhile, so nothing is counted twice or missed."""
    meter, period = loaded.meter, period_of(loaded, ctx.now(), ctx.tenant.zone)
    before: int | None = await tx.value(_LOCK, meter.id, period)
    found = await measuring.counted(ctx, tx, loaded)
    await tx.execute(_PUT, meter.id, period, found)
    limit = await limit_of(tx, meter.id)
    await tx.execute(_CALM, meter.id, period, limit.percent(found))
    if meter.taken and before is not None and before != found:
        log.warning("usage of %s drifted: %s stored, %s found", meter.id, before, found)
        await ctx.audit(tx, "core.usage.mended", meter.id, stored=before, found=found)
    await warn_if_crossed(ctx, tx, UsageWarning(meter.id, period, 0), limit, (before or 0, found))


async def warn(ctx: TenantCtx, about: UsageWarning, _job: Job) -> None:
    """One mail to each administrator for each percentage and period."""
    loaded = ctx.runtime.host.meter(about.meter)
    async with ctx.begin() as tx:
        used: int | None = await tx.value(_WARNED, about.meter, about.period, about.percent)
        if used is None:
            return
        limit = await limit_of(tx, about.meter)
        await ctx.audit(tx, "core.usage.warned", about.meter, percent=about.percent, used=used)
        for email in await admin_addresses(tx):
            await _mail(ctx, tx, email, loaded, about.percent, (used, limit))


async def _mail(
    ctx: TenantCtx, tx: Tx, email: str, loaded: LoadedMeter, percent: int, of: tuple[int, Limit]
) -> None:
    _ = gettext_for(ctx.locale, "core")
    used, limit = of
    stops = N_("When the limit is reached, no more can be added. A larger plan or an option allows more.")
    goes_on = N_("Nothing stops at the limit. A larger plan or an option raises it.")
    label = gettext_for(ctx.locale, loaded.owner)(loaded.meter.label)
    await ctx.send_mail(
        tx,
        "mail/notice",
        email,
        subject=_(N_("%(percent)s%% of your plan is used: %(what)s"), percent=percent, what=label),
        paragraphs=[
            _(N_("%(used)s of %(most)s are in use: %(what)s."), used=used, most=limit.most or 0, what=label),
            _(stops if limit.is_hard and loaded.meter.taken else goes_on),
        ],
        facts=[],
        action={"label": _(N_("See plan and usage")), "path": PLAN_PAGE},
    )


def register(jobs: JobQueue) -> None:
    jobs.periodic("core.charge_month", _HOUR_S)(charge_month)
    jobs.periodic("core.measure_usage", _HOUR_S)(measure)
    jobs.periodic("core.recount_usage", 6 * _HOUR_S)(recount)
    jobs.handler(WARNING_JOB)(warn)
