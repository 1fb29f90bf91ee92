"""A crowd at checkout: one hot SKU with 200 buyers, and many SKUs; straight, by the line, and pgbench of the same."""

from __future__ import annotations

import asyncio
import functools
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec

from bench import copying, pgbench, scarce
from bench.buyers import Basket, confirmations, fill_baskets
from bench.checkout import check_all_placed, recorded
from bench.harness import Goal, Result, Samples, Scale, Side, interleave, medians, paired_ratio
from bench.pgbench import CLIENTS, WARM_UP
from bench.world import World
from nakamise.plugin.context import Tenant, TenantCtx
from nakamise_shop.checkout.batch import Outcome, place_all
from nakamise_shop.checkout.intent import Intent
from nakamise_shop.checkout.line import BATCH_MAX, Line, LineWait
from nakamise_shop.checkout.place import alone, place, read
from nakamise_shop.checkout.schemas import Placed, PlaceOrder

BUYERS = 200
# Of which the database's part is short enough; ``BATCH_MAX`` is what the shop does.
SMALL = 50
ROUNDS = 5
MS = 1000
Act = Callable[[TenantCtx, str, PlaceOrder], Awaitable[Placed]]


async def measure(world: World, scale: Scale) -> list[Result]:
    hot, many = await _crowd(world, scale, "hot"), await _crowd(world, scale, "many")
    oversold = await scarce.measure(world, await world.stocked("flash hot"), min(ROUNDS, scale.rounds))
    return [*hot, oversold, *many]


async def _crowd(world: World, scale: Scale, kind: str) -> list[Result]:
    tenant = await world.stocked(f"flash {kind}")
    hot = kind == "hot"
    script, statements = await recorded(world, tenant, hot=hot)
    orders = max(scale.orders, 2 * BUYERS) // CLIENTS * CLIENTS
    delays: Samples = {"batch": [], "small": [], "line": []}
    writes: Samples = {"batch": [], "small": []}
    with tempfile.TemporaryDirectory(prefix="nakamise-bench-") as folder:

        async def theirs() -> float:
            baskets = await fill_baskets(world, tenant, orders + WARM_UP * CLIENTS, hot=hot)
            await pgbench.load_baskets(world.settings, baskets)
            return await pgbench.tps(world.settings, tenant.schema, Path(folder), script, orders // CLIENTS)

        shop = functools.partial(_shop, world, tenant, orders, hot)

        def batches(name: str, most: int) -> Side:
            heard = (delays[name], writes[name])
            return functools.partial(_batches, world, tenant, orders, hot, most, heard)

        sides: dict[str, Side] = {
            "alone": functools.partial(shop, alone, None),
            "line": functools.partial(shop, place, delays["line"]),
            "batch": batches("batch", BATCH_MAX),
            "small": batches("small", SMALL),
            "pgbench": theirs,
        }
        for side in sides.values():
            await side()
        for warm in (*delays.values(), *writes.values()):
            warm.clear()
        rounds = min(ROUNDS, scale.rounds)
        samples = await interleave(rounds, sides)
    await check_all_placed(world, tenant, 1 + (rounds + 1) * (5 * orders + WARM_UP * CLIENTS))
    copied = [await copying.per_second(world.settings, tenant) for _ in range(rounds)]
    return [*_results(kind, samples, delays, statements), *_in_batches(kind, samples, delays, writes, copied)]


def _results(kind: str, samples: Samples, delays: Samples, statements: int) -> list[Result]:
    note = (
        f"{medians(samples, 'orders/s')}; {BUYERS} buyers, pgbench {CLIENTS}; {statements} statements alone"
    )
    goals = kind == "hot"
    return [
        *(
            Result(
                name=f"flash_{kind}_{side}_over_pgbench",
                value=paired_ratio(samples[side], samples["pgbench"]),
                unit="x",
                note=note,
                samples=samples,
            )
            for side in ("alone", "line", "batch")
        ),
        Result(
            name=f"flash_{kind}_line_p99_ms",
            value=statistics.median(delays["line"]),
            unit="ms",
            goal=Goal(at_most=1000) if goals else None,
            note="from coming to having it, cart and prices read in between; who is told to come again comes at once",
            samples={"line": delays["line"]},
        ),
    ]


def _in_batches(
    kind: str, samples: Samples, delays: Samples, writes: Samples, copied: list[float]
) -> list[Result]:
    """Of the shop's own size and of a smaller one; and what PostgreSQL alone does with the same rows."""
    goals = kind == "hot"

    def result(name: str, unit: str, values: list[float], goal: Goal | None = None) -> Result:
        value = statistics.median(values)
        return Result(
            name=f"flash_{kind}_{name}",
            value=value,
            unit=unit,
            goal=goal if goals else None,
            samples={name: values},
        )

    return [
        result("batch_per_s", "orders/s", samples["batch"], Goal(at_least=10_000)),
        result("batch_p99_ms", "ms", delays["batch"], Goal(at_most=50)),
        result("batch_write_p99_ms", "ms", writes["batch"]),
        result(f"batch_of_{SMALL}_per_s", "orders/s", samples["small"]),
        result(f"batch_of_{SMALL}_p99_ms", "ms", delays["small"]),
        result(f"batch_of_{SMALL}_write_p99_ms", "ms", writes["small"], Goal(at_most=50)),
        result("copy_alone_per_s", "orders/s", copied),
    ]


async def _shop(
    world: World, tenant: Tenant, count: int, hot: bool, act: Act, delays: list[float] | None
) -> float:
    """Orders per second of ``BUYERS`` at a time, each of whom orders once and makes room for the next."""
    baskets = await fill_baskets(world, tenant, count, hot=hot)
    wanted = await confirmations(world, tenant, baskets)
    waiting = list(zip(baskets, wanted, strict=True))[::-1]
    took: list[float] = []

    async def buyer() -> None:
        while waiting:
            basket, one = waiting.pop()
            came = time.perf_counter()
            await _told(act, world.ctx(tenant, basket.actor), basket.key, one)
            took.append(time.perf_counter() - came)

    began = time.perf_counter()
    await asyncio.gather(*(buyer() for _ in range(BUYERS)))
    rate = count / (time.perf_counter() - began)
    if delays is not None:
        delays.append(p99(took) * MS)
    return rate


async def _told(act: Act, ctx: TenantCtx, key: str, wanted: PlaceOrder) -> Placed:
    """Whoever was not served in time comes again, as they were told."""
    while True:
        try:
            return await act(ctx, key, wanted)
        except LineWait:
            await asyncio.sleep(0)


async def _batches(
    world: World,
    tenant: Tenant,
    count: int,
    hot: bool,
    most: int,
    heard: tuple[list[float], list[float]],
) -> float:
    """The same from the moment when cart and prices are read: joining the line, the transaction, the answer.

    ``heard`` gets the p99 from joining to the answer, and that of the transactions alone, in ms.
    """
    intents = await _read(world, tenant, await fill_baskets(world, tenant, count, hot=hot))
    took: list[float] = []
    wrote: list[float] = []

    async def serve(some: Sequence[Intent]) -> Sequence[Outcome]:
        began = time.perf_counter()
        outcomes = await place_all(some)
        wrote.append(time.perf_counter() - began)
        return outcomes

    line: Line[Intent, Outcome] = Line(serve, most=most)

    async def buyer() -> None:
        while intents:
            intent = intents.pop()
            came = time.perf_counter()
            with line.arrival((intent.buyer_id, intent.key)) as spot:
                line.put(spot, intent)
                assert isinstance(await spot.outcome, Placed)
            took.append(time.perf_counter() - came)

    began = time.perf_counter()
    await asyncio.gather(*(buyer() for _ in range(BUYERS)))
    rate = count / (time.perf_counter() - began)
    heard[0].append(p99(took) * MS)
    heard[1].append(p99(wrote) * MS)
    return rate


async def _read(world: World, tenant: Tenant, baskets: Sequence[Basket]) -> list[Intent]:
    """As if all had been read just now: a batch refuses what is older than two seconds."""
    wanted = await confirmations(world, tenant, baskets)
    found = [
        await read(world.ctx(tenant, basket.actor), basket.key, one)
        for basket, one in zip(baskets, wanted, strict=True)
    ]
    async with world.ctx(tenant).read() as tx:
        at = await tx.value("SELECT now()")
    return [_read_at(one, at) for one in found if isinstance(one, Intent)]


def _read_at(intent: Intent, at: object) -> Intent:
    quote = msgspec.structs.replace(intent.now.quote, priced_at=at)
    return Intent(
        ctx=intent.ctx,
        key=intent.key,
        fingerprint=intent.fingerprint,
        now=msgspec.structs.replace(intent.now, quote=quote),
        provider_id=intent.provider_id,
        shops=intent.shops,
    )


def p99(took: Sequence[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]
