"""Sales that begin and end with a broadcast."""

from __future__ import annotations

from nakamise.contracts.live import BroadcastEnded, BroadcastStarted
from nakamise.plugin import TenantCtx
from nakamise.plugin.events import Delivery
from nakamise_timesale import quiet, repository, service
from nakamise_timesale.domain.rules import State, state_of


async def on_started(ctx: TenantCtx, event: BroadcastStarted, _delivery: Delivery) -> None:
    """The same again changes nothing."""
    async with ctx.begin() as tx:
        for sale_id in await repository.of_broadcast(tx, event.broadcast_id):
            found = await service.sale(tx, sale_id)
            if state_of(found, ctx.now()) is not State.DRAFT:
                continue
            await service.begin(tx, sale_id, event.at, None)
            await ctx.audit(tx, "timesale.started", str(sale_id), name=found.name)
        await quiet.wake_after(ctx, tx)


async def on_ended(ctx: TenantCtx, event: BroadcastEnded, _delivery: Delivery) -> None:
    """Prices are back since the broadcast ended: checkout looked at the broadcast itself."""
    async with ctx.begin() as tx:
        for sale_id in await repository.of_broadcast(tx, event.broadcast_id):
            found = await service.sale(tx, sale_id)
            if found.starts_at is None or found.stopped_at is not None:
                continue
            at = max(event.at, found.starts_at)
            await repository.set_times(tx, sale_id, found.starts_at, None, at)
            await ctx.audit(tx, "timesale.stopped", str(sale_id), name=found.name)
        await quiet.wake_after(ctx, tx)
