from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from nakamise.plugin.context import Tenant
from nakamise.routing.asgi import App
from nakamise.testing.fixtures import MakeTenant


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bare_tenant(make_tenant: MakeTenant) -> Tenant:
    """No plugin is on."""
    return await make_tenant()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(app: App, bare_tenant: Tenant) -> AsyncIterator[httpx.AsyncClient]:
    """Sends what a browser sends with a form of the same site."""
    base = f"http://{bare_tenant.canonical_host}"
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=base, headers={"origin": base}) as client:
        yield client
