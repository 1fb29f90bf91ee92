"""An event is delivered at least once to everybody who listened when it was published, and to nobody else."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from nakamise.events.bus import EventBus
from nakamise.host.refusal import Why
from nakamise.host.registry import PluginHost
from nakamise.plugin import Listen, Tenant, TenantCtx
from nakamise.plugin.context import SYSTEM
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.tenancy import switches
from nakamise.testing.fixtures import MakeTenant
from tests.core.events import listeners
from tests.core.events.listeners import ENTRY_POINTS, Told
from tests.core.host.plugins import plugin
from tests.core.jobs.helpers import with_queue

ROOT = Path(__file__).parents[3]
Teller = Callable[..., Awaitable[TenantCtx]]


@pytest.fixture
def telling(runtime: Runtime) -> Runtime:
    """An installation with the two plugins and a worker's queue of its own."""
    mine, queue = with_queue(runtime)
    host = PluginHost.discover(entry_points=ENTRY_POINTS)
    assert host.refused == ()
    return dataclasses.replace(mine, host=host, events=EventBus(queue))


@pytest.fixture
def ctx_with(telling: Runtime, make_tenant: MakeTenant) -> Teller:
    async def make(*plugins: str) -> TenantCtx:
        tenant = await make_tenant()
        for plugin_id in plugins:
            await switches.enable(telling, tenant.id, plugin_id)
        return fresh(telling, tenant)

    return make


def fresh(runtime: Runtime, tenant: Tenant) -> TenantCtx:
    now = runtime.directory.by_id(tenant.id)
    assert now is not None
    return TenantCtx(runtime, now, SYSTEM, runtime.host.lineup(now.plugins))


async def rows(ctx: TenantCtx) -> list[str]:
    async with ctx.read() as tx:
        return await tx.values(
            "SELECT act || ' ' || subject FROM core_audit WHERE act IN ('heard', 'acted') ORDER BY id"
        )


async def until_rows(ctx: TenantCtx, expected: list[str], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while sorted(await rows(ctx)) != sorted(expected):
        assert time.monotonic() < deadline, await rows(ctx)
        await asyncio.sleep(0.02)


async def publish(ctx: TenantCtx, *words: str, about: str = "") -> None:
    async with ctx.begin() as tx:
        for word in words:
            await ctx.publish(tx, Told(word=word, about=about))


async def test_it_is_delivered_after_commit_and_never_after_rollback(
    telling: Runtime, ctx_with: Teller
) -> None:
    ctx = await ctx_with("teller", "hearer")

    async def rolled_back() -> None:
        async with ctx.begin() as tx:
            await ctx.publish(tx, Told(word="never"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await rolled_back()
    await publish(ctx, "yes")
    async with telling.jobs.worker(telling):
        await until_rows(ctx, ["heard yes", "acted yes"])


async def test_who_is_off_when_it_happens_never_hears_of_it(telling: Runtime, ctx_with: Teller) -> None:
    ctx = await ctx_with("teller")
    await publish(ctx, "early")
    await switches.enable(telling, ctx.tenant.id, "hearer")
    await publish(fresh(telling, ctx.tenant), "late")
    async with telling.jobs.worker(telling):
        await until_rows(ctx, ["heard late", "acted late"])
    assert not [row for row in await rows(ctx) if "early" in row]


async def test_a_listener_to_everything_hears_every_topic(telling: Runtime, ctx_with: Teller) -> None:
    ctx = await ctx_with("teller", "gossip")
    assert ctx.topics == ("teller.told.1",)
    await publish(ctx, "yes", about="me")
    async with telling.jobs.worker(telling):
        await until_rows(ctx, ["heard teller.told.1 1 {'word': 'yes', 'about': 'me'}"])


async def test_a_listener_to_everything_that_is_off_hears_nothing(telling: Runtime, ctx_with: Teller) -> None:
    ctx = await ctx_with("teller")
    assert telling.host.listeners("teller.told.1", ctx.tenant.plugins) == []
    assert (await ctx_with("gossip")).topics == ()


async def test_a_delivery_waits_while_its_plugin_is_off(
    telling: Runtime, ctx_with: Teller, owner: asyncpg.Connection
) -> None:
    ctx = await ctx_with("teller", "hearer")
    await publish(ctx, "waits")
    await switches.disable(telling, ctx.tenant.id, "hearer")
    async with telling.jobs.worker(telling):
        await _until_parked(owner, ctx)
        assert await rows(ctx) == []
        await switches.enable(telling, ctx.tenant.id, "hearer")
        await owner.execute("UPDATE nakamise.job SET run_at = now() WHERE tenant_id = $1", ctx.tenant.id)
        await until_rows(ctx, ["heard waits", "acted waits"])


async def _until_parked(owner: asyncpg.Connection, ctx: TenantCtx) -> None:
    sql = (
        "SELECT bool_or(attempts = 0 AND last_error <> '') FROM nakamise.job"
        " WHERE tenant_id = $1 AND every_s IS NULL"
    )
    deadline = time.monotonic() + 30
    while not await owner.fetchval(sql, ctx.tenant.id):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_a_failing_handler_is_tried_again_and_keeps_the_order_of_its_key(
    telling: Runtime, ctx_with: Teller
) -> None:
    ctx = await ctx_with("teller", "hearer")
    await publish(ctx, "fail", "then", about="order-1")
    async with telling.jobs.worker(telling):
        await until_rows(ctx, ["heard fail", "acted fail", "heard fail", "heard then", "acted then"])
    heard = [row for row in await rows(ctx) if row.startswith("heard")]
    assert heard == ["heard fail", "heard fail", "heard then"]


async def test_a_worker_killed_between_effect_and_mark_delivers_again(
    telling: Runtime, ctx_with: Teller, settings: Settings, tmp_path: Path
) -> None:
    """The child commits the handler's transaction and is killed before the delivery is marked as done."""
    ctx = await ctx_with("teller", "hearer")
    await publish(ctx, "die")
    script = tmp_path / "worker.py"
    script.write_text(_WORKER)
    child = subprocess.Popen([sys.executable, str(script)], cwd=ROOT, env=_environment(settings))
    try:
        assert await asyncio.to_thread(child.wait, 120) == -signal.SIGKILL
    finally:
        child.kill()
        child.wait()
    assert sorted(await rows(ctx)) == ["acted die", "heard die"]
    async with telling.jobs.worker(telling):
        await until_rows(ctx, ["heard die", "acted die", "heard die"], seconds=40)


_WORKER = """
import asyncio, dataclasses
from nakamise.building import build_runtime
from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from tests.core.events.listeners import ENTRY_POINTS
from tests.core.jobs.helpers import with_queue

async def main():
    built = await build_runtime(Settings.from_env(), host=PluginHost.discover(entry_points=ENTRY_POINTS))
    mine, queue = with_queue(built, lease_s=1.0)
    async with queue.worker(mine):
        await asyncio.sleep(60)

asyncio.run(main())
"""


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "MAY_DIE": "1",
        "NAKAMISE_DATABASE_URL": settings.database_url or "",
        "NAKAMISE_SECRET_KEY": settings.secret_key.decode(),
        "NAKAMISE_DATA": str(settings.data_dir),
        "PORT": str(settings.port),
    }


async def test_an_event_without_listeners_costs_no_row(ctx_with: Teller, owner: asyncpg.Connection) -> None:
    ctx = await ctx_with("teller")
    await publish(ctx, "nobody")
    assert (
        await owner.fetchval(
            "SELECT count(*) FROM nakamise.job WHERE tenant_id = $1 AND every_s IS NULL", ctx.tenant.id
        )
        == 0
    )


def test_a_listener_to_everything_takes_what_was_published() -> None:
    one = plugin("odd", listens=(Listen("*", f"{listeners.__name__}:note"),))
    host = PluginHost.discover(entry_points=[one])
    assert [refused.why for refused in host.refused] == [Why.BROKEN_REFERENCE]


def test_a_listener_for_another_event_is_refused() -> None:
    wrong = plugin("hearer", listens=(Listen("teller.shouted.1", f"{listeners.__name__}:note"),))
    host = PluginHost.discover(entry_points=[wrong])
    assert [refused.why for refused in host.refused] == [Why.BROKEN_REFERENCE]
