"""Work in the background."""

from __future__ import annotations

from nakamise.plugin import Job, TenantCtx
from nakamise_hello import service
from nakamise_hello.service import NewGreeting


async def greet_later(ctx: TenantCtx, payload: NewGreeting, job: Job) -> None:
    async with ctx.begin() as tx:
        if await job.first_time(tx):
            await service.greet(ctx, tx, payload.name)


async def tidy(ctx: TenantCtx) -> None:
    async with ctx.begin() as tx:
        await tx.execute("DELETE FROM hello_greeting WHERE created_at < now() - interval '1 year'")
