"""The seals over a tenant's audit log, and the task that makes them; see ``db.sealed_log``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nakamise.db.sealed_log import AT_US, SealedLog, Verdict
from nakamise.plugin.context import TenantCtx
from nakamise.tenancy import control_seals

if TYPE_CHECKING:
    from nakamise.jobs.queue import JobQueue

EVERY_S: Final = 300
LOG: Final = SealedLog(
    "core_audit", fields=f"a.id, {AT_US}, a.actor_id, a.actor_name, a.act, a.subject, a.ip, a.detail"
)


async def seal_rows(ctx: TenantCtx, *, everywhere: bool = False) -> int:
    """Seal what is not sealed yet; the number of rows."""
    async with ctx.begin() as tx:
        return await LOG.seal(tx, everywhere=everywhere)


async def seal_quietly(ctx: TenantCtx) -> None:
    """The periodic task. The installation's own log goes with one of the tenants."""
    await seal_rows(ctx)
    if ctx.runtime.directory.caretaker == ctx.tenant.id:
        await control_seals.seal(ctx.runtime.db)


async def verify(ctx: TenantCtx) -> Verdict:
    """Seal what is new, then compute every hash again."""
    await seal_rows(ctx, everywhere=True)
    async with ctx.read() as tx:
        return await LOG.verify(tx)


def register(jobs: JobQueue) -> None:
    jobs.periodic("core.seal_audit", EVERY_S)(seal_quietly)
