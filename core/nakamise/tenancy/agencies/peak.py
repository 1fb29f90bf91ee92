"""Which limit of its plan a tenant uses most, from what is measured each hour: no tenant is asked."""

from __future__ import annotations

from typing import Final

import msgspec

from nakamise.contracts.control import UsagePeak
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import gettext_for

# For the row ``t`` of a tenant; $7 names the meters that begin anew each month. What lasts was measured as a
# whole on its last day, the others by day in the tenant's own month.
PEAK: Final = """
(SELECT jsonb_build_object('meter', m.meter, 'percent', m.percent) FROM (
    SELECT l.meter, CASE WHEN most.most = 0 THEN 100 ELSE CASE WHEN l.meter = ANY ($7::text[]) THEN
        (SELECT sum(u.amount)::bigint FROM nakamise.usage_day u WHERE u.tenant_id = t.id AND u.meter = l.meter
         AND u.day >= date_trunc('month', now() AT TIME ZONE t.timezone)::date)
    ELSE
        (SELECT u.amount FROM nakamise.usage_day u WHERE u.tenant_id = t.id AND u.meter = l.meter
         ORDER BY u.day DESC LIMIT 1)
    END * 100 / most.most END AS percent
    FROM nakamise.plan_limit l CROSS JOIN LATERAL nakamise.limit_of(t.id, l.meter) AS most
    WHERE l.plan = t.plan AND most.most IS NOT NULL) m
 WHERE m.percent IS NOT NULL ORDER BY m.percent DESC, m.meter LIMIT 1)
"""


class Peak(msgspec.Struct, frozen=True):
    meter: str
    percent: int


def monthly_meters(ctx: TenantCtx) -> list[str]:
    host = ctx.runtime.host
    plugins = frozenset(manifest.id for manifest in host.usable)
    return [found.meter.id for found in host.meters(plugins) if found.meter.period is not None]


def peak_in_words(ctx: TenantCtx, peak: Peak | None) -> UsagePeak | None:
    """None also for a meter whose plugin is not installed any more."""
    host = ctx.runtime.host
    plugins = frozenset(manifest.id for manifest in host.usable)
    found = next((one for one in host.meters(plugins) if peak and one.meter.id == peak.meter), None)
    if peak is None or found is None:
        return None
    label = gettext_for(ctx.locale, found.owner)(found.meter.label)
    return UsagePeak(peak.meter, label, peak.percent)
