"""What the gate and the context cost in front of an application that does nothing."""

from __future__ import annotations

import functools
import statistics

from bench import traffic
from bench.harness import Result, Scale, interleave
from bench.traffic import Ask
from bench.world import World
from nakamise.routing.asgi import App, Receive, Scope, Send
from nakamise.routing.gate import Gate

TIMES = 10


async def _nothing(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def measure(world: World, scale: Scale) -> list[Result]:
    tenant = await world.stocked("list 0")
    ask = Ask(tenant.canonical_host, "/api/shop/products")
    apps: dict[str, App] = {"gate": Gate(_nothing, world.runtime), "nothing": _nothing}
    sides = {
        name: functools.partial(traffic.cpu_ms, app, ask, scale.requests * TIMES)
        for name, app in apps.items()
    }
    for side in sides.values():
        await side()
    samples = await interleave(scale.rounds, sides)
    costs = [(gate - alone) * 1000 for gate, alone in zip(samples["gate"], samples["nothing"], strict=True)]
    return [
        Result(
            name="gate_us",
            value=statistics.median(costs),
            unit="us",
            note=f"a guest's GET; best round {min(costs):.0f} us",
            samples=samples,
        )
    ]
