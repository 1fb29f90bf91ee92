"""300 viewers a second for ten seconds into one worker: who gets in, who notices.

Meanwhile a page of the site is asked for 20 times a second, from a server of its own as always; and one viewer has
been there all the time, who must not lose a packet.
"""

from __future__ import annotations

import asyncio
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from bench.cpu import cpu_s
from bench.harness import Goal, Result, Samples, Scale
from bench.media.air import live_server
from bench.media.joiners import Outcome, Storm
from bench.world import World
from nakamise.plugin.context import Tenant
from nakamise.testing.live import LiveServer
from nakamise_livestream.sfu.child import WorkerChild
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.sfu.worker.config import WorkerConfig
from tests.plugins.livestream.sfu.conftest import there
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.light import LightViewer
from tests.plugins.livestream.sfu.rtc import publisher

RATE = 300
SECONDS = 10.0
MOST = 5_000
_STREAM = "bench"
_PAGE = "/livestream"
_PAGE_RATE = 20
_START_S = 1.5
"""So long does the process of the joiners take to begin."""
_ROOT = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def _worker() -> AsyncIterator[tuple[WorkerConfig, EmbeddedEngine, int]]:
    with tempfile.TemporaryDirectory(prefix="nakamise-storm-") as folder:
        place = f"unix:{folder}/control"
        config = WorkerConfig(
            control=place, token=secrets.token_hex(16), max_sessions=MOST, max_group_sessions=MOST
        )
        child = WorkerChild(config)
        child.start()
        engine = EmbeddedEngine(place, config.token)
        engine.start()
        try:
            await there(engine)
            assert child.process is not None
            yield config, engine, child.process.pid
        finally:
            await engine.stop()
            await child.stop()


async def measure(world: World, scale: Scale) -> list[Result]:
    seconds = SECONDS * min(1.0, scale.seconds)
    tenant = await world.new_tenant(("livestream",))
    async with (
        live_server(world) as server,
        _worker() as (config, engine, pid),
        publisher("H264", EncodedTrack()) as sender,
    ):
        await sender.publish(engine, _STREAM)
        stays = LightViewer()
        await stays.play(engine, _STREAM)
        await _pages(server, tenant, 2.0)
        idle = await _pages(server, tenant, seconds)
        used = cpu_s(pid)
        joining = asyncio.create_task(_storm(config, seconds))
        await asyncio.sleep(_START_S)
        busy = await _pages(server, tenant, seconds)
        outcome = await joining
        used = cpu_s(pid) - used
        lost = stays.lost()
        await stays.close()
    return [*_results(outcome, idle, busy, lost), _cost(outcome, used)]


async def _storm(config: WorkerConfig, seconds: float) -> Outcome:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "bench.media.joiners")
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=_ROOT)
    wanted = Storm(config.control, config.token, _STREAM, RATE, seconds)
    out, _ = await process.communicate(msgspec.json.encode(wanted) + b"\n")
    return msgspec.json.decode(out, type=Outcome)


async def _pages(server: LiveServer, tenant: Tenant, seconds: float) -> list[float]:
    """Milliseconds of each answer, counted from when it was due."""
    port = server.settings.port
    headers = {"Host": f"{tenant.canonical_host}:{port}"}
    began = time.monotonic()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=20) as client:

        async def ask(number: int) -> float:
            due = began + number / _PAGE_RATE
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            answer = await client.get(_PAGE, follow_redirects=True)
            answer.raise_for_status()
            return (time.monotonic() - due) * 1000

        return list(await asyncio.gather(*(ask(number) for number in range(int(seconds * _PAGE_RATE)))))


def _p99(milliseconds: list[float]) -> float:
    return statistics.quantiles(milliseconds, n=100, method="inclusive")[98]


def _results(outcome: Outcome, idle: list[float], busy: list[float], lost: int) -> list[Result]:
    samples: Samples = {"join": outcome.took, "page, idle": idle, "page, meanwhile": busy}
    asked = len(outcome.took) + outcome.failed
    joined = f"{asked} in {outcome.elapsed:.1f} s; until the first packet {_spread(outcome.took)}"
    pages = f"p99 {_p99(idle):.0f} ms without, {_p99(busy):.0f} ms meanwhile; medians "
    pages += f"{statistics.median(idle):.0f} and {statistics.median(busy):.0f} ms"
    return [
        Result(
            name="media_storm_joined",
            value=100 * len(outcome.took) / asked,
            unit="%",
            goal=Goal(at_least=100),
            note=joined,
            samples=samples,
        ),
        Result(name="media_storm_lost_by_who_stays", value=lost, unit="packets", goal=Goal(at_most=0)),
        Result(
            name="media_storm_page_p99_over_idle",
            value=_p99(busy) / _p99(idle),
            unit="x",
            goal=Goal(at_most=2),
            note=pages,
        ),
    ]


def _cost(outcome: Outcome, used: float) -> Result:
    """Media of those who have joined is in it, and work for those who gave up waiting."""
    asked = len(outcome.took) + outcome.failed
    each = used * 1000 / asked
    clients = outcome.cpu * 1000 / asked
    note = f"CPU of the worker for each; that of the joiners' process {clients:.1f} ms"
    return Result(name="media_storm_worker_ms_per_join", value=each, unit="ms", note=note)


def _spread(milliseconds: list[float]) -> str:
    return f"median {statistics.median(milliseconds):.0f} ms, p99 {_p99(milliseconds):.0f} ms"
