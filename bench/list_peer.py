"""The JSON product list of several tenants in turn, over HTTP: ours and django-tenants', one worker each."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Sequence
from pathlib import Path

import httpx

from bench import http_load
from bench.harness import Goal, Result, Scale, interleave, medians, paired_ratio
from bench.list_http import app_server, until_ready
from bench.list_json import PATH
from bench.peer import Peer, peer_database
from bench.world import World
from nakamise.testing.server import free_port

GOAL = Goal(at_least=4.0)


async def measure(world: World, scale: Scale) -> list[Result]:
    tenants = [await world.stocked(f"list {number}") for number in range(scale.tenants)]
    hosts = [tenant.canonical_host for tenant in tenants]
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="nakamise-bench-") as folder:
        peer = Peer(Path(folder), await peer_database(world))
        creation_s = peer.fill(hosts)
        with app_server(world), peer.serving(port):
            ports = {"app": world.settings.port, "django_tenants": port}
            for one in ports.values():
                await until_ready(one, hosts, scale.seconds)
            await _check_same(ports, hosts[0])
            sides = {
                side: functools.partial(http_load.rate, one, hosts, PATH, scale.seconds)
                for side, one in ports.items()
            }
            samples = await interleave(scale.rounds, sides)
    return [
        Result(
            name=f"product_list_{len(hosts)}_tenants_over_django_tenants",
            value=paired_ratio(samples["app"], samples["django_tenants"]),
            unit="x",
            goal=GOAL,
            note=f"{medians(samples, 'req/s')}; its tenant of 5 tables was created in {creation_s * 1000:.0f} ms",
            samples=samples,
        )
    ]


async def _check_same(ports: dict[str, int], host: str) -> None:
    """Raises AssertionError unless both lists show the same products at the same prices."""
    seen = []
    async with httpx.AsyncClient() as client:
        for port in ports.values():
            answer = await client.get(f"http://127.0.0.1:{port}{PATH}", headers={"host": f"{host}:{port}"})
            seen.append([_essence(item) for item in answer.json()["items"]])
    assert seen[0] == seen[1], "the two sides answer differently"
    assert len(seen[0]) > 1


def _essence(item: dict[str, object]) -> Sequence[object]:
    return [item[name] for name in ("slug", "min_price", "max_price", "available", "compare_at", "badges")]
