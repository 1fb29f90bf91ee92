"""A broadcast on the air, on a running server of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import msgspec

from bench.world import World
from nakamise.plugin.context import SYSTEM, Actor, Tenant, TenantCtx
from nakamise.testing.live import LiveServer
from nakamise.testing.server import free_port
from nakamise.testing.tenants import client_of, ctx_of
from nakamise_livestream.whip.companion import MediaHost
from tests.interop.air import Air
from tests.plugins.livestream.stage import Stage, on_air
from tests.plugins.livestream.whip.test_publish_and_watch import new_key

_READY_S = 30.0


@contextlib.asynccontextmanager
async def live_server(world: World) -> AsyncIterator[LiveServer]:
    server = LiveServer(msgspec.structs.replace(world.settings, port=free_port(), jobs=0))
    await asyncio.to_thread(server.start)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop)


@contextlib.asynccontextmanager
async def on_the_air(world: World) -> AsyncIterator[tuple[Air, httpx.AsyncClient]]:
    """What publishers and viewers are told of a broadcast that has begun, and a guest within this process."""
    runtime = world.runtime
    place = await world.new_tenant(("livestream",))
    async with live_server(world) as server, contextlib.AsyncExitStack() as stack:
        host = await runtime.companions.get(runtime, MediaHost)
        async with asyncio.timeout(_READY_S):
            while not getattr(host.engine, "connected", False):  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.05)

        def client_for(tenant: Tenant) -> httpx.AsyncClient:
            made = client_of(world.app, runtime, tenant)
            stack.push_async_callback(made.aclose)
            return made

        def ctx_for(tenant: Tenant, actor: Actor | None = None) -> TenantCtx:
            return ctx_of(runtime, tenant, actor or SYSTEM)

        stage = Stage(place, ctx_for(place), client_for, ctx_for)
        presenter = await stage.host()
        broadcast = await on_air(presenter)
        air = Air(
            whip=server.url(place, "/livestream/whip"),
            whep=server.url(place, f"/livestream/{broadcast['id']}/whep"),
            key=await new_key(presenter, broadcast),
            broadcast=broadcast,
        )
        yield air, client_for(place)
