"""Many tenants in one database: making them, migrating them, and what a request among them costs."""

from __future__ import annotations

import functools
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import traffic
from bench.catalogue import stock_up
from bench.growing import PLUGIN, Growing
from bench.harness import Goal, Result, Scale, interleave, medians, paired_ratio
from bench.list_json import PATH
from bench.memory import backends_mb
from bench.traffic import Ask
from bench.world import DEMO_PLUGINS, World
from nakamise.host.registry import PluginHost
from nakamise.plugin.context import Tenant
from nakamise.tenancy import provision
from nakamise.tenancy.migrations import migrate_all
from nakamise.tenancy.owner import owner_connection

PRODUCTS = 30
ASKS = 5000
_SWITCH_ON = (
    "INSERT INTO nakamise.plugin_switch (tenant_id, plugin, is_on, first_on_at) VALUES ($1, $2, true, now())"
)


async def measure(world: World, scale: Scale) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="nakamise-bench-") as folder:
        growing = Growing(Path(folder))
        slugs = [f"many-{number}" for number in range(scale.many_tenants)]
        results = [await _create(world, growing.host(), slugs)]
        results += await _migrate(world, growing, len(slugs))
    tenants = [tenant for slug in slugs if (tenant := world.runtime.directory.by_slug(slug))]
    for tenant in tenants:
        await stock_up(world.settings, tenant.schema, PRODUCTS)
    return results + await _request_cost(world, tenants, scale)


async def _create(world: World, host: PluginHost, slugs: Sequence[str]) -> Result:
    """One after the other, with all tables, as sign-ups do it."""
    times = [await _create_ms(world, host, slug) for slug in slugs]
    await world.runtime.directory.refresh()
    tenth = max(1, len(times) // 10)
    first, last = times[:tenth], times[-tenth:]
    ratio = statistics.median(last) / statistics.median(first)
    note = (
        f"{medians({'first': first, 'last': last}, 'ms')} (of {tenth} each); all in {sum(times) / 1000:.0f} s"
    )
    return Result(
        name=f"creation_of_{len(slugs)}_last_over_first",
        value=ratio,
        unit="x",
        goal=Goal(at_most=1.2),
        note=note,
        samples={"first": first, "last": last},
    )


async def _create_ms(world: World, host: PluginHost, slug: str) -> float:
    plugins = (*DEMO_PLUGINS, PLUGIN)
    wanted = provision.NewTenant(slug=slug, name=slug, hosts=[f"{slug}.localhost"], plugins=plugins)
    began = time.perf_counter()
    tenant_id = await provision.create(world.settings, host, wanted)
    taken = (time.perf_counter() - began) * 1000
    async with owner_connection(world.settings) as connection:
        await connection.executemany(_SWITCH_ON, [(tenant_id, plugin) for plugin in DEMO_PLUGINS])
    return taken


async def _migrate(world: World, growing: Growing, count: int) -> list[Result]:
    """One additive step for everybody, by one worker and by four; then nothing to do."""
    seconds: dict[int, float] = {}
    for workers in (1, 4):
        growing.grow(f"ALTER TABLE {PLUGIN}_note ADD COLUMN by_{workers} text")
        host = growing.host()
        began = time.perf_counter()
        results = await migrate_all(world.settings, host, workers=workers)
        seconds[workers] = time.perf_counter() - began
        assert [result.state for result in results] == ["done"] * count
    host = growing.host()
    began = time.perf_counter()
    assert await migrate_all(world.settings, host) == []
    idle_ms = (time.perf_counter() - began) * 1000
    return [
        Result(
            name=f"migration_of_{count}_per_s",
            value=count / seconds[4],
            unit="/s",
            goal=Goal(at_least=400.0),
            note=f"4 workers {seconds[4]:.1f} s, 1 worker {seconds[1]:.1f} s; nothing to do {idle_ms:.0f} ms",
        )
    ]


async def _request_cost(world: World, tenants: Sequence[Tenant], scale: Scale) -> list[Result]:
    """Requests per second of the same list, over those of one tenant alone."""
    sides = _traffic(tenants)
    memory = {"before": statistics.median(await backends_mb(world))}
    for asks in sides.values():
        await traffic.rate(world.app, asks, scale.seconds)
    samples = await interleave(
        scale.rounds,
        {
            side: functools.partial(traffic.rate, world.app, asks, scale.seconds)
            for side, asks in sides.items()
        },
    )
    memory["after"] = statistics.median(await backends_mb(world))
    costs = [
        Result(
            name=f"product_list_json_{side}_over_one_tenant",
            value=paired_ratio(samples[side], samples["one"]),
            unit="x",
            note=medians({"one": samples["one"], side: samples[side]}, "req/s"),
            samples={"one": samples["one"], side: samples[side]},
        )
        for side in sides
        if side != "one"
    ]
    note = f"private memory, median; {memory['before']:.0f} MB before; {len(tenants)} tenants asked for"
    return [*costs, Result(name="backend_mb", value=memory["after"], unit="MB", note=note)]


def _traffic(tenants: Sequence[Tenant]) -> dict[str, list[Ask]]:
    """``zipf``: the n-th tenant is asked for 1/n as often as the first."""
    asks = [Ask(tenant.canonical_host, PATH) for tenant in tenants]
    weights = [1 / (rank + 1) for rank in range(len(asks))]
    some = asks[: max(2, len(asks) // 10)]
    return {
        "one": asks[:1],
        f"{len(some)}_in_turn": some,
        f"{len(asks)}_in_turn": asks,
        f"{len(asks)}_zipf": random.Random(1).choices(asks, weights, k=ASKS),
    }
