"""Half as many pieces as buyers who want one at the same moment: how many too many, or too few, are told that they have it."""

from __future__ import annotations

import asyncio

from bench.buyers import confirmations, fill_baskets
from bench.harness import Goal, Result
from bench.world import World
from nakamise.errors import Problem
from nakamise.plugin.context import Tenant, TenantCtx
from nakamise_shop.checkout.line import LineWait
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import PlaceOrder

BUYERS = 200
PIECES = 100


async def measure(world: World, tenant: Tenant, rounds: int) -> Result:
    """Of a tenant that nobody measures afterwards: its hot SKU has no piece left. Raises AssertionError when an answer
    and the database differ."""
    off = [float(abs(await _sold(world, tenant) - PIECES)) for _ in range(rounds)]
    return Result(
        name="flash_hot_oversold",
        value=max(off),
        unit="orders",
        goal=Goal(at_most=0),
        note=f"{BUYERS} buyers at once, {PIECES} pieces",
        samples={"rounds": off},
    )


async def _sold(world: World, tenant: Tenant) -> int:
    baskets = await fill_baskets(world, tenant, BUYERS, hot=True)
    hot = baskets[0].first_variant
    async with world.ctx(tenant).begin() as tx:
        before = await tx.value("SELECT count(*) FROM shop_order")
        await tx.execute("UPDATE shop_stock SET on_hand = reserved + $2 WHERE variant_id = $1", hot, PIECES)
    wanted = await confirmations(world, tenant, baskets)
    told = await asyncio.gather(
        *(
            _has(world.ctx(tenant, basket.actor), basket.key, one)
            for basket, one in zip(baskets, wanted, strict=True)
        )
    )
    async with world.ctx(tenant).read() as tx:
        assert await tx.value("SELECT count(*) FROM shop_order") - before == sum(told)
    return sum(told)


async def _has(ctx: TenantCtx, key: str, wanted: PlaceOrder) -> bool:
    while True:
        try:
            await place(ctx, key, wanted)
        except LineWait:
            await asyncio.sleep(0)
        except Problem as refused:
            if refused.code not in {"sold_out", "cart_trouble"}:
                raise
            return False
        else:
            return True
