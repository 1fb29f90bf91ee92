"""Two furnished houses for all tests here: each request is made at one of them with the other's things."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import httpx
import pytest

from nakamise.plugin.context import Tenant
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.tenancy.owner import owner_connection
from nakamise.testing.drain import drain
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.isolation.console import open_console, outside_office
from tests.isolation.house import House, furnish
from tests.isolation.lines import connect
from tests.isolation.stage import raise_stage
from tests.isolation.table import Route, routes_of
from tests.quiet import quiet_http

Houses = dict[str, House]


@pytest.fixture(scope="session")
async def clients(app: App, runtime: Runtime) -> AsyncIterator[ClientFor]:
    """Clients keep no cookies: every request says itself who asks."""
    async with AsyncExitStack() as stack:

        def client_for(tenant: Tenant) -> httpx.AsyncClient:
            base_url = runtime.directory.base_url(tenant)
            made = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app), base_url=base_url, headers={"Origin": base_url}
            )
            stack.push_async_callback(made.aclose)
            return made

        yield client_for


@pytest.fixture(scope="session")
async def houses(make_tenant: MakeTenant, ctx_for: CtxFor, clients: ClientFor, runtime: Runtime) -> Houses:
    async def all_work(tenant: Tenant, *, allow_failures: bool = False) -> None:
        await drain(runtime, tenant, allow_failures=allow_failures)

    made = {name: await furnish(make_tenant, ctx_for, clients, all_work) for name in ("left", "right")}
    async with owner_connection(runtime.settings) as owner:
        for house in made.values():
            await connect(house, clients(house.stall.tenant))
            await raise_stage(house)
            await open_console(house, runtime, owner)
            await all_work(house.stall.tenant)
    return made


@pytest.fixture(scope="session")
async def offices(houses: Houses, make_tenant: MakeTenant, ctx_for: CtxFor, runtime: Runtime) -> Houses:
    """Outside both houses: the agency above the left one, and the operators."""
    async with owner_connection(runtime.settings) as owner:
        return {
            "agency": await outside_office(make_tenant, ctx_for, runtime, owner, houses["left"]),
            "operator": await outside_office(make_tenant, ctx_for, runtime, owner, None),
        }


@pytest.fixture(autouse=True)
def _no_list_of_thousands_of_requests() -> Iterator[None]:
    with quiet_http():
        yield


@pytest.fixture(scope="session")
def routes(app: App) -> list[Route]:
    return routes_of(app)
