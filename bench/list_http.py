"""The same comparison over sockets: granian with one worker on each side, callers in this process."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

import msgspec

from bench import http_load
from bench.bare_server import VARIABLE, Bare
from bench.harness import Goal, Result, Scale, interleave, medians, paired_ratio
from bench.list_json import PATH
from bench.machine import ROOT
from bench.traffic import BadAnswer
from bench.world import POOL_SIZE, World
from nakamise.tenancy.owner import owner_url
from nakamise.testing.live import LiveServer
from nakamise.testing.server import free_port

READY_S = 30.0


async def measure(world: World, scale: Scale) -> list[Result]:
    tenant = await world.stocked("list 0")
    bare = Bare(
        port=free_port(),
        database_url=owner_url(world.settings),
        schemas={tenant.canonical_host: tenant.schema},
        pool_size=POOL_SIZE,
    )
    with app_server(world), _bare_server(bare):
        ports = {"app": world.settings.port, "bare": bare.port}
        for port in ports.values():
            await until_ready(port, [tenant.canonical_host], scale.seconds)
        samples = await interleave(
            scale.rounds,
            {
                side: functools.partial(http_load.rate, port, [tenant.canonical_host], PATH, scale.seconds)
                for side, port in ports.items()
            },
        )
    return [
        Result(
            name="product_list_json_http",
            value=paired_ratio(samples["app"], samples["bare"]),
            unit="x",
            goal=Goal(at_least=0.5),
            note=medians(samples, "req/s"),
            samples=samples,
        )
    ]


@contextmanager
def app_server(world: World, log: IO[bytes] | None = None) -> Iterator[None]:
    server = LiveServer(world.settings, log=log)
    server.start()
    try:
        yield
    finally:
        server.stop()


@contextmanager
def _bare_server(bare: Bare) -> Iterator[None]:
    environment = os.environ | {VARIABLE: msgspec.json.encode(bare).decode()}
    command = [sys.executable, "-m", "bench.bare_server"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        process.wait(READY_S)


async def until_ready(port: int, hosts: Sequence[str], seconds: float) -> None:
    """Answering, and warm. Raises OSError or BadAnswer when it does not come up."""
    deadline = time.monotonic() + READY_S
    while True:
        try:
            await http_load.rate(port, hosts, PATH, seconds)
        except (OSError, EOFError, BadAnswer):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)  # noqa: ASYNC251 (nobody else is on this loop)
        else:
            return
