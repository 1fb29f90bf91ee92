"""What a tenant notices of another tenant's bad plugin in the same process: how long its product list takes.

A server starts anew for each round, so that every round has the worst time in it: when nobody knows yet that
the plugin is bad.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bench import http_load
from bench.bad_plugins import ACTS, BEHAVES, BURST_S, installed
from bench.harness import Goal, Result, Samples, Scale, paired_ratio
from bench.list_http import app_server, until_ready
from bench.list_json import PATH
from bench.many_plugins import second_world
from bench.world import World
from nakamise.host.discovery import installed_entry_points
from nakamise.host.registry import PluginHost
from nakamise.plugin.context import Tenant
from nakamise.tenancy import switches

GOAL = Goal(at_most=1.1)
ALONE = "alone"
ROUNDS_MAX = 7
SECONDS = 4
PER_SECOND = 50.0
# The neighbour's: each looks at a product once a second.
VISITORS = 8
PAGE = "/shop/products/product-0"
PAUSE_S = 1.0
NOTES = {
    "raises": "an error at every call",
    "waits": "it never answers",
    "blocks": f"each call holds the loop for {BURST_S * 1000:.0f} ms, which no watchdog sees",
    "floods": "a box of 1 MB, escaped",
}
Took = dict[str, list[list[float]]]


async def measure(world: World, scale: Scale) -> list[Result]:
    quiet = await world.stocked("list 0")
    with (
        tempfile.TemporaryDirectory(prefix="nakamise-bench-") as folder,
        installed(Path(folder), list(ACTS)),
    ):
        host = PluginHost.discover(entry_points=installed_entry_points())
        assert not host.refused, host.refused
        loud = {ALONE: None} | {act: await _neighbour(world, host, act) for act in ACTS}
        took: Took = {name: [] for name in loud}
        for number in range(min(ROUNDS_MAX, scale.rounds)):
            await _round(world, quiet, loud if number % 2 == 0 else dict(reversed(loud.items())), scale, took)
    return _results(took)


async def _neighbour(world: World, host: PluginHost, act: str) -> Tenant:
    """A tenant of its own for each act, so that only one plugin is bad at a time."""
    tenant = await world.stocked(act)
    async with second_world(world, host) as other:
        await switches.enable(other.runtime, tenant.id, act)
    return tenant


async def _round(
    world: World, quiet: Tenant, loud: Mapping[str, Tenant | None], scale: Scale, took: Took
) -> None:
    port = world.settings.port
    # What it says of the bad plugins is expected.
    with tempfile.TemporaryFile() as log, app_server(world, log):
        await until_ready(port, [quiet.canonical_host], scale.seconds)
        # Templates are compiled when a page is shown first, whoever it is for.
        await http_load.rate(port, [quiet.canonical_host], PAGE, scale.seconds)
        for name, neighbour in loud.items():
            async with _visited(port, neighbour):
                took[name].append(
                    await http_load.latencies(
                        port, quiet.canonical_host, PATH, PER_SECOND, scale.seconds * SECONDS
                    )
                )


@asynccontextmanager
async def _visited(port: int, neighbour: Tenant | None) -> AsyncIterator[None]:
    if neighbour is None:
        yield
        return
    visitors = [
        asyncio.create_task(http_load.visit(port, neighbour.canonical_host, PAGE, wait, PAUSE_S))
        for wait in (PAUSE_S * number / VISITORS for number in range(VISITORS))
    ]
    try:
        yield
    finally:
        await _send_away(visitors)


async def _send_away(visitors: list[asyncio.Task[None]]) -> None:
    """Raises what one of them met instead of a page."""
    for visitor in visitors:
        visitor.cancel()
    ended = await asyncio.gather(*visitors, return_exceptions=True)
    for end in ended:
        if isinstance(end, Exception):
            raise end


def _results(took: Took) -> list[Result]:
    p99 = {name: [_ms(one, 0.99) for one in rounds] for name, rounds in took.items()}
    pooled = {name: sorted(itertools.chain.from_iterable(rounds)) for name, rounds in took.items()}
    results = [
        _result(
            f"neighbour_{BEHAVES}_p99_over_alone",
            p99,
            BEHAVES,
            ALONE,
            "a neighbour whose plugin is good",
            pooled,
        )
    ]
    for act, note in NOTES.items():
        results.append(_result(f"neighbour_{act}_p99", p99, act, BEHAVES, note, pooled))
    return results


def _result(
    name: str, p99: Samples, side: str, other: str, what: str, pooled: dict[str, list[float]]
) -> Result:
    parts = (f"{one} {_ms(pooled[one], 0.5):.1f} / {_ms(pooled[one], 0.99):.1f}" for one in (other, side))
    return Result(
        name=name,
        value=paired_ratio(p99[side], p99[other]),
        unit="x",
        goal=None if other == ALONE else GOAL,
        note=f"{what}; p50 / p99 in ms over all rounds: {', '.join(parts)}",
        samples={other: p99[other], side: p99[side]},
    )


def _ms(ordered: list[float], share: float) -> float:
    """``ordered`` in seconds."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
