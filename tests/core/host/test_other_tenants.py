"""While one tenant's plugin misbehaves, other tenants get their answers, in their time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import msgspec
import pytest

from nakamise.host.registry import PluginHost
from nakamise.plugin import Slot, TenantCtx
from nakamise.plugin.context import GUEST
from nakamise.runtime import Runtime
from nakamise.testing.fixtures import ClientFor, MakeTenant
from tests.core.host.bad import bad_plugin, raises

REQUESTS = 60
PAUSE_S = 0.04
BLOCK_S = 1.0
HOOK = "slot_context"


async def waits(arguments: dict[str, Any]) -> Any:
    await asyncio.sleep(60)


async def blocks(arguments: dict[str, Any]) -> Any:
    time.sleep(BLOCK_S)


async def misbehave(ctx: TenantCtx, ended: asyncio.Event) -> None:
    """Page after page of the tenant whose plugin is bad."""
    while not ended.is_set():
        async with ctx.begin() as tx:
            await ctx.lineup.call(HOOK, ctx=ctx, tx=tx, slot=Slot.HOME_HERO, subject=None)
        await asyncio.sleep(0.005)


async def seconds(browser: httpx.AsyncClient) -> list[float]:
    """From the moment at which each request was due until its answer, sorted."""
    took = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        await asyncio.sleep(PAUSE_S)
        answer = await browser.get("/login")
        took.append(time.perf_counter() - started - PAUSE_S)
        assert answer.status_code == 200
    return sorted(took)


@pytest.mark.parametrize(("act", "held_s"), [(raises, 0.0), (waits, 0.0), (blocks, BLOCK_S)])
async def test_other_tenants_are_answered(
    runtime: Runtime,
    make_tenant: MakeTenant,
    client: ClientFor,
    record_property: Callable[[str, object], None],
    act: Callable[[dict[str, Any]], Awaitable[Any]],
    held_s: float,
) -> None:
    """Blocking costs everybody the time of one call, once: then the plugin is left out."""
    host = PluginHost.discover(entry_points=[bad_plugin("bad", HOOK, act)])
    tenant = msgspec.structs.replace(await make_tenant(), plugins=frozenset({"bad"}))
    ctx = TenantCtx(runtime, tenant, GUEST, host.lineup(tenant.plugins))
    browser = client(await make_tenant())
    calm = await seconds(browser)
    ended = asyncio.Event()
    trouble = asyncio.create_task(misbehave(ctx, ended))
    during = await seconds(browser)
    ended.set()
    await trouble
    record_property("median_ratio", during[REQUESTS // 2] / calm[REQUESTS // 2])
    record_property("p99_ratio", during[-1] / calm[-1])
    assert during[-1] < held_s + 1.0
    assert sum(one > BLOCK_S / 2 for one in during) <= (1 if held_s else 0)
    assert [health.plugin_id for health in host.troubles(tenant)] == ["bad"]
