"""What a request costs more where many plugins are installed: switched off, and all switched on."""

from __future__ import annotations

import functools
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench import traffic
from bench.harness import Goal, Result, Samples, Scale, interleave
from bench.list_json import PATH, check_same
from bench.synthetic import make_plugins
from bench.traffic import Ask
from bench.world import World
from nakamise.building import build_runtime, close_runtime
from nakamise.host.discovery import installed_entry_points
from nakamise.host.registry import PluginHost
from nakamise.tenancy import switches

INSTALLED = 50
GOAL = Goal(at_most=3.0)
# Short rounds and many of them: what is looked for is smaller than the noise of any single one.
ROUNDS = 4


async def measure(world: World, scale: Scale) -> list[Result]:
    ours = installed_entry_points()
    plain, on = await world.stocked("list 0"), await world.stocked("everything on")
    with tempfile.TemporaryDirectory(prefix="nakamise-bench-") as folder:
        extra = make_plugins(Path(folder), INSTALLED - len(ours))
        host = PluginHost.discover(entry_points=[*ours, *extra])
        assert len(host.usable) == INSTALLED, host.refused
        async with second_world(world, host) as crowded:
            for entry_point in extra:
                await switches.enable(crowded.runtime, on.id, entry_point.name)
            asks = {
                "plain": (world, Ask(plain.canonical_host, PATH)),
                "off": (crowded, Ask(plain.canonical_host, PATH)),
                "on": (crowded, Ask(on.canonical_host, PATH)),
            }
            await check_same(world.app, crowded.app, asks["plain"][1])
            samples = await _sample(asks, scale)
    return [
        _result(
            f"plugins_{INSTALLED}_off",
            samples,
            "off",
            f"{INSTALLED} installed, {len(plain.plugins)} on",
            GOAL,
        ),
        _result(
            f"plugins_{INSTALLED}_on",
            samples,
            "on",
            f"{INSTALLED} installed, {len(on.plugins) + len(extra)} on",
            None,
        ),
    ]


@asynccontextmanager
async def second_world(world: World, host: PluginHost) -> AsyncIterator[World]:
    """The same database, another set of installed plugins."""
    runtime = await build_runtime(world.settings, host=host)
    try:
        yield World(runtime)
    finally:
        await close_runtime(runtime)


async def _sample(asks: dict[str, tuple[World, Ask]], scale: Scale) -> Samples:
    sides = {
        name: functools.partial(traffic.cpu_ms, of.app, ask, scale.requests)
        for name, (of, ask) in asks.items()
    }
    for side in sides.values():
        await side()
    return await interleave(scale.rounds * ROUNDS, sides)


def _result(name: str, samples: Samples, side: str, how: str, goal: Goal | None) -> Result:
    """Per cent of CPU time more than with our own plugins alone."""
    more = [(a / b - 1) * 100 for a, b in zip(samples[side], samples["plain"], strict=True)]
    costs = {name: statistics.median(samples[name]) for name in ("plain", side)}
    note = f"{how}: {costs[side]:.3f} ms of CPU; plain {costs['plain']:.3f} ms; best rounds {_best(samples, side):+.1f} %"
    return Result(
        name=name,
        value=statistics.median(more),
        unit="%",
        goal=goal,
        note=note,
        samples={"plain": samples["plain"], side: samples[side]},
    )


def _best(samples: Samples, side: str) -> float:
    return (min(samples[side]) / min(samples["plain"]) - 1) * 100
