"""What broadcasts cost the network: minutes that were watched, and what was sent for them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import MeterUsage, TenantCtx

MINUTES: Final = "livestream.viewer_minutes"
BYTES: Final = "livestream.bytes_sent"
# Beyond it staff are warned on their pages; administrators get a mail from the plan.
NEARLY: Final = 80
_GB: Final = 1_000_000_000
_SERVED: Final = """
SELECT broadcast_id, (sum(seconds) / 60)::bigint AS viewer_minutes, sum(bytes)::bigint AS bytes
FROM livestream_watched WHERE broadcast_id = ANY($1) GROUP BY broadcast_id
"""
_MONTH: Final = """
SELECT w.broadcast_id, b.title, b.started_at, (sum(w.seconds) / 60)::bigint AS viewer_minutes,
    sum(w.bytes)::bigint AS bytes
FROM livestream_watched w JOIN livestream_broadcast b ON b.id = w.broadcast_id
WHERE w.hour >= date_trunc('month', $1::timestamptz, $2) AND w.hour <= $1
GROUP BY w.broadcast_id, b.title, b.started_at ORDER BY bytes DESC, w.broadcast_id LIMIT 100
"""


class Served(msgspec.Struct, frozen=True):
    viewer_minutes: int = 0
    bytes: int = 0

    @property
    def gb(self) -> float:
        return in_gb(self.bytes)


class _Row(Served, frozen=True, kw_only=True):
    broadcast_id: uuid.UUID


class ServedBroadcast(_Row, frozen=True, kw_only=True):
    title: str
    started_at: datetime | None


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """Of this month in the tenant's calendar. ``gb``: units of 10⁹ bytes, as networks are billed, without their
    headers. ``broadcasts``: at most 100, those that sent most first."""

    viewer_minutes: MeterUsage
    bytes_sent: MeterUsage
    gb: float
    broadcasts: list[ServedBroadcast]


def in_gb(size: int) -> float:
    return round(size / _GB, 2)


async def served(tx: Tx, broadcast_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Served]:
    """From its beginning on; nothing of one that nobody watched."""
    rows = await tx.all(_Row, _SERVED, list(broadcast_ids))
    return {row.broadcast_id: Served(row.viewer_minutes, row.bytes) for row in rows}


async def usages(ctx: TenantCtx, tx: Tx) -> tuple[MeterUsage, MeterUsage]:
    """Minutes and bytes of this month."""
    return await ctx.usage(tx, MINUTES), await ctx.usage(tx, BYTES)


async def traffic(ctx: TenantCtx, tx: Tx) -> Traffic:
    minutes, sent = await usages(ctx, tx)
    found = await tx.all(ServedBroadcast, _MONTH, ctx.now(), ctx.tenant.zone.key)
    return Traffic(viewer_minutes=minutes, bytes_sent=sent, gb=in_gb(sent.used), broadcasts=found)
