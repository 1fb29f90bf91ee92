"""An installation on the tests' database that has its media elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import msgspec

from nakamise.app import create_app
from nakamise.building import build_runtime, close_runtime
from nakamise.host.registry import PluginHost
from nakamise.plugin import MediaSettings, Tenant
from nakamise.plugin.context import SYSTEM, Actor, TenantCtx
from nakamise.settings import Settings
from nakamise.testing.tenants import client_of, ctx_of, tenant_with
from tests.plugins.livestream.stage import Stage


@asynccontextmanager
async def installed(settings: Settings, host: PluginHost, media: MediaSettings) -> AsyncIterator[Stage]:
    runtime = await build_runtime(msgspec.structs.replace(settings, media=media), host=host)
    app = create_app(runtime)

    async with AsyncExitStack() as stack:
        stack.push_async_callback(close_runtime, runtime)

        def client_for(tenant: Tenant) -> httpx.AsyncClient:
            client = client_of(app, runtime, tenant)
            stack.push_async_callback(client.aclose)
            return client

        def ctx_for(tenant: Tenant, actor: Actor | None = None) -> TenantCtx:
            return ctx_of(runtime, tenant, actor or SYSTEM)

        tenant = await tenant_with(runtime, ("livestream", "webhooks"))
        stage = Stage(tenant, ctx_for(tenant), client_for, ctx_for)
        yield stage
        assert await stage.broken() == []
