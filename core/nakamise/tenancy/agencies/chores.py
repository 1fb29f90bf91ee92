"""What the control plane does by itself: schemas kept ready, proofs looked at, deleted tenants removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nakamise.plugin.context import TenantCtx
from nakamise.plugin.jobs import Job
from nakamise.tenancy import provision
from nakamise.tenancy.agencies import starters
from nakamise.tenancy.agencies.purge import purge_due
from nakamise.tenancy.agencies.recheck import recheck

if TYPE_CHECKING:
    from nakamise.jobs.queue import JobQueue

EVERY_S: Final = 3600
# Ready schemas for each starter blueprint.
KEEP: Final = 2


async def chores(ctx: TenantCtx) -> None:
    """The installation's, see ``Directory.caretaker``."""
    if ctx.tenant.id != ctx.runtime.directory.caretaker:
        return
    await purge_due(ctx.runtime)
    await recheck(ctx.runtime)
    async with ctx.runtime.db.control() as tx:
        await tx.execute("DELETE FROM nakamise.act_ticket WHERE expires_at < now() - interval '1 day'")
        await tx.execute("DELETE FROM nakamise.host_rest WHERE until < now()")


async def refill_pool(ctx: TenantCtx, _: dict[str, Any], __: Job) -> None:
    """After a tenant was made."""
    settings, host = ctx.runtime.settings, ctx.runtime.host
    usable = {manifest.id for manifest in host.usable}
    sets = [plugins for plugins in starters.plugin_sets(settings) if usable.issuperset(plugins)]
    for plugins in sets:
        await provision.refill(settings, host, plugins, keep=KEEP, also=sets)


def register(jobs: JobQueue) -> None:
    jobs.periodic("core.control_chores", EVERY_S)(chores)
    jobs.handler("core.refill_pool")(refill_pool)
