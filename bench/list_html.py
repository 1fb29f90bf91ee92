"""CPU time of the server for the list as a page, 50 products on it."""

from __future__ import annotations

import functools
import statistics

from bench import traffic
from bench.harness import Goal, Result, Scale, interleave, medians
from bench.traffic import Ask
from bench.world import World
from nakamise.tenancy import switches

GOAL = Goal(at_most=5.0)
PRODUCTS = 50


async def measure(world: World, scale: Scale) -> list[Result]:
    tenant = await world.stocked("page")
    await switches.configure(world.runtime, tenant.id, "shop", {"page_size": PRODUCTS})
    ask = Ask(tenant.canonical_host, "/shop/products", ((b"accept-language", b"ja"),))
    body = await traffic.fetch(world.app, ask)
    shown = body.count(b'href="/shop/products/product-')
    assert shown >= PRODUCTS, f"{shown} links to products"
    await traffic.cpu_ms(world.app, ask, scale.requests)
    samples = await interleave(
        scale.rounds, {"page": functools.partial(traffic.cpu_ms, world.app, ask, scale.requests)}
    )
    note = (
        f"{medians(samples, 'ms', 2)}, best round {min(samples['page']):.2f} ms, {len(body) / 1024:.0f} KiB"
    )
    return [
        Result(
            name="product_list_html_cpu_ms",
            value=statistics.median(samples["page"]),
            unit="ms",
            goal=GOAL,
            note=note,
            samples=samples,
        )
    ]
