"""Orders per second of the shop's ``place`` over pgbench with the statements of one such order."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from bench import pgbench
from bench.buyers import Basket, confirmations, fill_baskets
from bench.harness import Result, Scale, interleave, medians, paired_ratio
from bench.pgbench import CLIENTS, WARM_UP
from bench.pgbench_script import Script, ScriptWriter
from bench.recording import record
from bench.world import World
from nakamise.plugin.context import Tenant
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import PlaceOrder

ROUNDS = 5


async def measure(world: World, scale: Scale) -> list[Result]:
    tenant = await world.stocked("checkout")
    script, statements = await recorded(world, tenant)
    orders = scale.orders // CLIENTS * CLIENTS
    with tempfile.TemporaryDirectory(prefix="nakamise-bench-") as folder:

        async def ours() -> float:
            return await _orders_per_second(world, tenant, orders)

        async def theirs() -> float:
            baskets = await fill_baskets(world, tenant, orders + WARM_UP * CLIENTS)
            await pgbench.load_baskets(world.settings, baskets)
            return await pgbench.tps(world.settings, tenant.schema, Path(folder), script, orders // CLIENTS)

        sides = {"app": ours, "pgbench": theirs}
        for side in sides.values():
            await side()
        rounds = min(ROUNDS, scale.rounds)
        samples = await interleave(rounds, sides)
    await check_all_placed(world, tenant, 1 + (rounds + 1) * (2 * orders + WARM_UP * CLIENTS))
    return [
        Result(
            name="checkout_vs_pgbench",
            value=paired_ratio(samples["app"], samples["pgbench"]),
            unit="x",
            note=f"{medians(samples, 'orders/s')}; {CLIENTS} buyers, {statements} statements an order",
            samples=samples,
        )
    ]


async def recorded(world: World, tenant: Tenant, *, hot: bool = False) -> tuple[Script, int]:
    """The script, and how many statements it has between BEGIN and COMMIT."""
    async with world.ctx(tenant).begin() as tx:
        # The recorded order's price is the script's for all.
        await tx.execute("UPDATE shop_variant SET price = 1000, compare_at = NULL")
    [basket] = await fill_baskets(world, tenant, 1, hot=hot)
    [wanted] = await confirmations(world, tenant, [basket])
    # What was made before must not carry the same millisecond.
    await asyncio.sleep(0.01)
    began_ms = time.time_ns() // 1_000_000
    statements = await record(world, tenant, basket, wanted)
    return ScriptWriter(basket, began_ms).write(statements), sum(len(one.rows) for one in statements)


async def _orders_per_second(world: World, tenant: Tenant, count: int) -> float:
    baskets = await fill_baskets(world, tenant, count)
    wanted = await confirmations(world, tenant, baskets)
    waiting = list(zip(baskets, wanted, strict=True))
    began = time.perf_counter()
    await asyncio.gather(*(_buyer(world, tenant, waiting) for _ in range(CLIENTS)))
    return count / (time.perf_counter() - began)


async def _buyer(world: World, tenant: Tenant, waiting: list[tuple[Basket, PlaceOrder]]) -> None:
    while waiting:
        basket, wanted = waiting.pop()
        await place(world.ctx(tenant, basket.actor), basket.key, wanted)


async def check_all_placed(world: World, tenant: Tenant, orders: int) -> None:
    """Both sides did the same: raises AssertionError for an order, line, piece or cart that is not as it must be."""
    async with world.ctx(tenant).read() as tx:
        assert await tx.value("SELECT count(*) FROM shop_order") == orders
        assert await tx.value("SELECT count(*) FROM shop_purchase WHERE state = 'pending'") == orders
        assert await tx.value("SELECT count(*) FROM shop_order_line") == 2 * orders
        assert await tx.value("SELECT sum(reserved) FROM shop_stock") == 2 * orders
        assert await tx.value("SELECT count(*) FROM shop_cart_line") == 0
        assert await tx.value("SELECT sum(last) FROM shop_order_counter") == orders
