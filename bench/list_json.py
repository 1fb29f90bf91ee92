"""The JSON product list through host, gate, role, path and the shop's route, over a bare route with the same query."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import cast

import msgspec

from bench import traffic
from bench.bare import bare_app
from bench.harness import Goal, Result, Scale, interleave, medians, paired_ratio
from bench.traffic import Ask
from bench.world import POOL_SIZE, World
from nakamise.plugin.context import Tenant
from nakamise.routing.asgi import App
from nakamise.tenancy.owner import owner_url

GOAL = Goal(at_least=0.5)
PATH = "/api/shop/products"


async def measure(world: World, scale: Scale) -> list[Result]:
    tenants = [await world.stocked(f"list {number}") for number in range(scale.tenants)]
    return [
        await _compare(world, scale, "product_list_json", tenants[:1]),
        await _compare(world, scale, f"product_list_json_{len(tenants)}_tenants", tenants),
    ]


async def _compare(world: World, scale: Scale, name: str, tenants: Sequence[Tenant]) -> Result:
    schemas = {tenant.canonical_host: tenant.schema for tenant in tenants}
    asks = [Ask(host, PATH) for host in schemas]
    bare = bare_app(owner_url(world.settings), schemas, POOL_SIZE)
    async with bare.lifespan():
        sides = {"app": world.app, "bare": cast("App", bare)}
        for ask in asks:
            await check_same(sides["app"], sides["bare"], ask)
        for app in sides.values():
            await traffic.rate(app, asks, scale.seconds)
        samples = await interleave(
            scale.rounds,
            {side: functools.partial(traffic.rate, app, asks, scale.seconds) for side, app in sides.items()},
        )
    ratio = paired_ratio(samples["app"], samples["bare"])
    return Result(
        name=name, value=ratio, unit="x", goal=GOAL, note=medians(samples, "req/s"), samples=samples
    )


async def check_same(one: App, other: App, ask: Ask) -> None:
    """Raises AssertionError unless both answer with the same document."""
    answers = [msgspec.json.decode(await traffic.fetch(app, ask)) for app in (one, other)]
    assert answers[0] == answers[1], "the two sides answer differently"
    assert len(answers[0]["items"]) > 1
