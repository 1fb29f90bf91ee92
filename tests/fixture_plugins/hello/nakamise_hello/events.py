"""Listeners."""

from __future__ import annotations

from nakamise.plugin import Delivery, TenantCtx
from nakamise_hello.service import Greeted


async def count_greeting(ctx: TenantCtx, greeted: Greeted, delivery: Delivery) -> None:
    async with ctx.begin() as tx:
        if await delivery.first_time(tx):
            await tx.execute(
                "UPDATE hello_greeting SET text = text || '!' WHERE id = $1", greeted.greeting_id
            )
