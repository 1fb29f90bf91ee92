"""Which comparisons with a provider have not come to their end, and the one that staff ask for."""

from __future__ import annotations

import enum
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx

COMPARE: Final = "payments.compare"
COMPARE_MONTH: Final = "payments.compare_month"
# A job that was cut off says nothing; until then it may still be at work.
_SILENT: Final = "interval '15 minutes'"
# Once a month what changed after the nights looked at it is looked at; twice as far where it did not come to its end.
MONTH: Final = timedelta(days=30)
_MONTH_AT_MOST: Final = 2 * MONTH


class Look(enum.StrEnum):
    """Whose end is noted where: the table's name."""

    NIGHTLY = "payments_comparison"
    MONTHLY = "payments_comparison_month"


_UNFINISHED: Final = f"""
SELECT min(coalesce(c.ended_at, c.begun_at))
FROM (SELECT * FROM {Look.NIGHTLY} UNION ALL SELECT * FROM {Look.MONTHLY}) c
WHERE c.provider_id = ANY($1) AND c.begun_at IS NOT NULL AND (c.failed OR c.begun_at < now() - {_SILENT})
"""  # noqa: S608


_UNFINISHED_MONTH: Final = (
    f"SELECT provider_id FROM {Look.MONTHLY} WHERE provider_id = ANY($1)"  # noqa: S608
    f" AND begun_at IS NOT NULL AND (failed OR begun_at < now() - {_SILENT})"
)


class _Ended(msgspec.Struct, frozen=True):
    provider_id: str
    ended_at: datetime | None
    failed: bool


class Compare(msgspec.Struct, frozen=True):
    """The payload of the job that staff ask for, and of the one that follows it where a month is unfinished."""


async def begin(tx: Tx, provider_id: str, look: Look) -> None:
    await tx.execute(
        f"INSERT INTO {look} AS c (provider_id, begun_at) VALUES ($1, now())"  # noqa: S608
        " ON CONFLICT (provider_id) DO UPDATE SET begun_at = coalesce(c.begun_at, excluded.begun_at)",
        provider_id,
    )


async def end(tx: Tx, provider_id: str, look: Look) -> None:
    await tx.execute(
        f"UPDATE {look} SET begun_at = NULL, failed = false, ended_at = now() WHERE provider_id = $1",  # noqa: S608
        provider_id,
    )


async def fail(tx: Tx, provider_id: str, look: Look) -> None:
    """The provider did not answer, or not with everything. Another one that ran beside may have ended meanwhile."""
    await tx.execute(
        f"UPDATE {look} SET failed = true, begun_at = coalesce(begun_at, (SELECT now()))"  # noqa: S608
        " WHERE provider_id = $1",
        provider_id,
    )


async def month_due(tx: Tx, provider_ids: Collection[str], now: datetime) -> dict[str, timedelta]:
    """Those whose last monthly comparison failed, or ended longer ago than that, or never, and how far to look back."""
    rows = await tx.all(
        _Ended,
        "SELECT provider_id, ended_at, failed FROM payments_comparison_month WHERE provider_id = ANY($1)",
        sorted(provider_ids),
    )
    known = {row.provider_id: row for row in rows}
    due = {}
    for provider_id in provider_ids:
        last = known.get(provider_id)
        ago = now - last.ended_at if last and last.ended_at else MONTH
        if ago >= MONTH or (last and last.failed):
            due[provider_id] = min(max(ago, MONTH), _MONTH_AT_MOST)
    return due


async def unfinished_since(tx: Tx, provider_ids: Collection[str]) -> datetime | None:
    """Of these providers: when the last comparison ended before the one that did not, or that one began."""
    found: datetime | None = await tx.value(_UNFINISHED, sorted(provider_ids))
    return found


async def unfinished_months(tx: Tx, provider_ids: Collection[str]) -> set[str]:
    """Of these providers those whose last monthly comparison began and did not come to its end."""
    return set(await tx.values(_UNFINISHED_MONTH, sorted(provider_ids)))


async def month_later(ctx: TenantCtx, provider_ids: Collection[str]) -> None:
    """A month that is unfinished is compared again by a job of its own, which has its own time."""
    async with ctx.begin() as tx:
        if await unfinished_months(tx, provider_ids):
            await ctx.enqueue(tx, COMPARE_MONTH, Compare(), once=COMPARE_MONTH)


async def later(ctx: TenantCtx) -> bool:
    """False when one waits already."""
    async with ctx.begin() as tx:
        return await ctx.enqueue(tx, COMPARE, Compare(), once=COMPARE) is not None
