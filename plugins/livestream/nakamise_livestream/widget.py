"""The administrator's dashboard: what waits, and how much is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.contracts.ui import Figure, Period, Todo
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_

_NOW: Final = """
SELECT (SELECT count(*) FROM livestream_broadcaster WHERE state = 'pending')::int AS pending,
       count(*) FILTER (WHERE state IN ('live', 'paused'))::int AS live,
       coalesce(sum(viewers_now) FILTER (WHERE state IN ('live', 'paused')), 0)::int AS viewers,
       count(*) FILTER (WHERE lost_at IS NOT NULL)::int AS lost
FROM livestream_broadcast WHERE state IN ('live', 'paused')
"""
_STARTED: Final = "SELECT count(*) FROM livestream_broadcast WHERE started_at >= $1 AND started_at < $2"


class _Now(msgspec.Struct, frozen=True):
    pending: int
    live: int
    viewers: int
    lost: int


async def widget(ctx: TenantCtx, tx: Tx, period: Period) -> Sequence[Figure | Todo]:
    now = await tx.one(_Now, _NOW)
    return [
        Todo(
            label=N_("Applications of broadcasters"),
            count=now.pending,
            href="/admin/livestream/broadcasters?state=pending",
            level="warn",
        ),
        Todo(
            label=N_("Broadcasts without a picture"),
            count=now.lost,
            href="/admin/livestream?lost=1",
            level="danger",
        ),
        Figure(label=N_("Live now"), value=now.live, href="/admin/livestream?state=live", icon="radio"),
        Figure(label=N_("Viewers now"), value=now.viewers, href="/admin/livestream?state=live", icon="eye"),
        Figure(
            label=N_("Broadcasts"),
            value=await _started(ctx, tx, period),
            previous=await _started(ctx, tx, period.before),
            href="/admin/livestream?state=ended",
        ),
    ]


async def _started(ctx: TenantCtx, tx: Tx, period: Period) -> int:
    """How many began on the days of ``period``."""
    zone = ctx.tenant.zone
    start = datetime.combine(period.first, datetime.min.time(), tzinfo=zone)
    end = datetime.combine(period.last + timedelta(days=1), datetime.min.time(), tzinfo=zone)
    return int(await tx.value(_STARTED, start, end))
