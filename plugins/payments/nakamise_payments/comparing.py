"""Which comparisons with a provider have not come to their end, and the one that staff ask for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx

COMPARE: Final = "payments.compare"
# A job that was cut off says nothing; until then it may still be at work.
_SILENT: Final = "interval '15 minutes'"
_BEGIN: Final = """
INSERT INTO payments_comparison (provider_id, begun_at) VALUES ($1, now())
ON CONFLICT (provider_id) DO UPDATE SET begun_at = coalesce(payments_comparison.begun_at, excluded.begun_at)
"""
_END: Final = (
    "UPDATE payments_comparison SET begun_at = NULL, failed = false, ended_at = now() WHERE provider_id = $1"
)
_UNFINISHED: Final = f"""
SELECT min(coalesce(ended_at, begun_at)) FROM payments_comparison
WHERE provider_id = ANY($1) AND begun_at IS NOT NULL AND (failed OR begun_at < now() - {_SILENT})
"""  # noqa: S608


class Compare(msgspec.Struct, frozen=True):
    """The payload of the job that staff ask for."""


async def begin(tx: Tx, provider_id: str) -> None:
    await tx.execute(_BEGIN, provider_id)


async def end(tx: Tx, provider_id: str) -> None:
    await tx.execute(_END, provider_id)


async def fail(tx: Tx, provider_id: str) -> None:
    """The provider did not answer, or not with everything."""
    await tx.execute("UPDATE payments_comparison SET failed = true WHERE provider_id = $1", provider_id)


async def unfinished_since(tx: Tx, provider_ids: Collection[str]) -> datetime | None:
    """Of these providers: when the last comparison ended before the one that did not, or that one began."""
    found: datetime | None = await tx.value(_UNFINISHED, sorted(provider_ids))
    return found


async def later(ctx: TenantCtx) -> bool:
    """False when one waits already."""
    async with ctx.begin() as tx:
        return await ctx.enqueue(tx, COMPARE, Compare(), once=COMPARE) is not None
