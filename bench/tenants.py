"""From nothing to a tenant that answers, with the demo's plugins on."""

from __future__ import annotations

import statistics
import time

from bench.harness import Goal, Result, Samples, Scale, interleave
from bench.world import DEMO_PLUGINS, World
from nakamise.tenancy import provision

GOAL = Goal(at_most=400.0)
TENANTS = 10


async def measure(world: World, scale: Scale) -> list[Result]:
    async def cold() -> float:
        return await _create_ms(world)

    async def warm() -> float:
        await provision.refill(world.settings, world.runtime.host, DEMO_PLUGINS, keep=1)
        return await _create_ms(world)

    await cold()
    samples = await interleave(min(TENANTS, scale.rounds), {"cold": cold, "pool": warm})
    return [
        _result("tenant_creation_ms", samples, "cold", "tables made now"),
        _result("tenant_creation_from_pool_ms", samples, "pool", "schema taken from the pool of ready ones"),
    ]


async def _create_ms(world: World) -> float:
    """Provisioned, every plugin switched on, known to the directory."""
    began = time.perf_counter()
    tenant = await world.new_tenant()
    taken = (time.perf_counter() - began) * 1000
    assert tenant.plugins == frozenset(DEMO_PLUGINS)
    return taken


def _result(name: str, samples: Samples, side: str, how: str) -> Result:
    times = samples[side]
    return Result(
        name=name,
        value=statistics.median(times),
        unit="ms",
        goal=GOAL,
        note=f"{how}; best {min(times):.0f} ms, worst {max(times):.0f} ms",
        samples={side: times},
    )
