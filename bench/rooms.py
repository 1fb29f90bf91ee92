"""A room full of listeners over real sockets: CPU time of the server for each message that reached somebody.

The server is the whole application in a process of its own, the listeners are in this one. A message's delay is
from before it is posted until a listener's socket gave it, with the listeners' own work in it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import statistics
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx
import msgspec

from bench.harness import Goal, Result, Scale
from bench.world import World
from nakamise.host.registry import PluginHost
from nakamise.plugin.context import Tenant
from nakamise.testing.live import LiveServer
from nakamise.testing.server import free_port

GOAL: Final = Goal(at_most=20.0)
MEMORY_GOAL: Final = Goal(at_most=64.0)
PAGE_GOAL: Final = Goal(at_most=500.0)
DELAY_GOAL: Final = Goal(at_most=1_000.0)
LISTENERS: Final = 2_000
# Messages a second: as many as there are frames (nothing to put together), and a lively chat.
PACES: Final = (4, 20)
SECONDS: Final = 10
ENTERING_AT_ONCE: Final = 50
_MARK: Final = b'"text":"'
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Ear(asyncio.Protocol):
    """One listener; ``delays`` is everybody's."""

    def __init__(self, request: bytes, delays: list[float]) -> None:
        self._request = request
        self._delays = delays
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        if not self.opened.done() and b"event: open" in data:
            self.opened.set_result(None)
        for part in data.split(_MARK)[1:]:
            self._delays.append(now - float(part.partition(b'"')[0]))


async def measure(world: World, scale: Scale) -> list[Result]:
    from tests.fixture_plugins.install import install_hello

    install_hello()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    is_quick = scale.rounds < 10
    vault = world.runtime.host.vault
    world.runtime.host = PluginHost.discover()
    world.runtime.host.vault = vault
    tenant = await world.new_tenant(("hello",))
    # Every listener has an address of its own, as behind a proxy.
    os.environ["NAKAMISE_TRUSTED_PROXIES"] = "127.0.0.1"
    server = LiveServer(msgspec.structs.replace(world.settings, port=free_port(), jobs=0))
    server.start()
    try:
        return await _with_listeners(
            server, tenant, 100 if is_quick else LISTENERS, 2 if is_quick else SECONDS
        )
    finally:
        server.stop()


async def _with_listeners(server: LiveServer, tenant: Tenant, count: int, seconds: int) -> list[Result]:
    delays: list[float] = []
    before_kb = _memory_kb(server)
    ears = await _enter(server, tenant, count, delays)
    results = [_memory_result(count, _memory_kb(server) - before_kb)]
    base = f"http://127.0.0.1:{server.settings.port}"
    async with httpx.AsyncClient(base_url=base, headers=_headers(server, tenant), timeout=20) as client:
        for pace in PACES:
            delays.clear()
            spent = await _talk(server, client, pace, seconds)
            delivered = len(delays)
            assert delivered == count * pace * seconds, f"{delivered} messages arrived"
            results.append(_result(pace, count, spent / delivered * 1e6, delays))
        results.append(_delay_result(count, delays))
    results.append(await _page_result(server, tenant, count))
    for ear in ears:
        assert ear.transport is not None
        ear.transport.close()
    return results


async def _enter(server: LiveServer, tenant: Tenant, count: int, delays: list[float]) -> list[Ear]:
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(ENTERING_AT_ONCE)

    async def enter(number: int) -> Ear:
        headers = _headers(server, tenant) | {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250}"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = f"GET /rooms/hello.hall/1?viewer=listener-{number:010} HTTP/1.1\r\n{lines}\r\n".encode()
        async with gate:
            _, ear = await loop.create_connection(
                lambda: Ear(request, delays), "127.0.0.1", server.settings.port
            )
            await asyncio.wait_for(ear.opened, 30)
        return ear

    return list(await asyncio.gather(*(enter(number) for number in range(count))))


def _headers(server: LiveServer, tenant: Tenant) -> dict[str, str]:
    host = f"{tenant.canonical_host}:{server.settings.port}"
    return {"Host": host, "Origin": f"http://{host}"}


async def _talk(server: LiveServer, client: httpx.AsyncClient, pace: int, seconds: int) -> float:
    """CPU seconds that the server took."""
    before = _cpu_s(server)
    began = time.monotonic()
    for number in range(pace * seconds):
        await asyncio.sleep(max(0.0, began + number / pace - time.monotonic()))
        text = f"{time.monotonic():.6f}"
        answer = await client.post("/api/hello/hall/1/lines", json={"text": text, "urgent": False})
        assert answer.status_code == httpx.codes.CREATED, answer.text
    await asyncio.sleep(1)
    return _cpu_s(server) - before


async def _page_result(server: LiveServer, tenant: Tenant, count: int) -> Result:
    """A page of the site while the room is lively; apart from the talks whose CPU time is counted."""
    base = f"http://127.0.0.1:{server.settings.port}"
    took: list[float] = []
    async with httpx.AsyncClient(base_url=base, headers=_headers(server, tenant), timeout=20) as client:
        talking = asyncio.create_task(_talk(server, client, PACES[-1], 2))
        while not talking.done():
            began = time.monotonic()
            answer = await client.get("/hello/greetings")
            assert answer.status_code == httpx.codes.OK
            took.append((time.monotonic() - began) * 1000)
        await talking
    note = f"with {count} listeners and {PACES[-1]} messages a second; p50 {statistics.median(took):.0f} ms"
    p95 = statistics.quantiles(took, n=20)[18]
    return Result(name="room_page_p95_meanwhile", value=p95, unit="ms", goal=PAGE_GOAL, note=note)


def _delay_result(count: int, delays: list[float]) -> Result:
    """Of the liveliest talk."""
    p95 = statistics.quantiles(delays, n=20)[18] * 1000
    note = f"{count} listeners, {PACES[-1]} messages a second; p50 {statistics.median(delays) * 1000:.0f} ms"
    return Result(name="room_delay_p95", value=p95, unit="ms", goal=DELAY_GOAL, note=note)


def _memory_result(count: int, grown_kb: int) -> Result:
    note = f"{count} listeners; the server's process grew by {grown_kb / 1024:.0f} MB"
    return Result(name="room_kb_per_listener", value=grown_kb / count, unit="KB", goal=MEMORY_GOAL, note=note)


def _memory_kb(server: LiveServer) -> int:
    """Resident, of the server's whole process group."""
    page_kb = os.sysconf("SC_PAGE_SIZE") // 1024
    return sum(int(fields[21]) * page_kb for fields in _processes(server))


def _processes(server: LiveServer) -> list[list[str]]:
    """What /proc/…/stat says of each, from the state on: proc(5)."""
    assert server._process is not None
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if fields[2] == str(server._process.pid):
                found.append(fields)
    return found


def _cpu_s(server: LiveServer) -> float:
    """Of the server's whole process group."""
    return sum(int(fields[11]) + int(fields[12]) for fields in _processes(server)) / _TICKS


def _result(pace: int, count: int, us: float, delays: list[float]) -> Result:
    cuts = statistics.quantiles(delays, n=100)
    note = f"{count} listeners; delay p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
    return Result(name=f"room_us_per_message_at_{pace}_s", value=us, unit="us", goal=GOAL, note=note)
