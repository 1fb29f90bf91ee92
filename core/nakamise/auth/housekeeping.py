"""Rows that nothing can use any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from nakamise.auth.throttle import forget_full_buckets
from nakamise.plugin.context import TenantCtx

if TYPE_CHECKING:
    from nakamise.jobs.queue import JobQueue

_EVERY_S: Final = 6 * 3600
# Ended sessions stay a while: a refresh token used twice is recognised by them.
_KEPT: Final = timedelta(days=30)


async def forget(ctx: TenantCtx) -> None:
    """Delete what expired: sessions with their refresh tokens, one-time tokens, full rate buckets."""
    async with ctx.begin() as tx:
        now = ctx.now()
        await tx.execute("DELETE FROM core_session WHERE expires_at < $1 OR revoked_at < $1", now - _KEPT)
        await tx.execute("DELETE FROM core_one_time_token WHERE expires_at < $1", now)
        await forget_full_buckets(tx, now)


def register(jobs: JobQueue) -> None:
    jobs.periodic("core.forget_expired", _EVERY_S)(forget)
