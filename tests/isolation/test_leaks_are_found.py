"""The negative controls: a route that leaks, and one that lets everybody in, are found by the matrix's own verdict."""

from __future__ import annotations

from typing import Any, cast

import httpx
import pytest
from litestar import Litestar, Response, get
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from nakamise.plugin import Ctx
from nakamise.plugin.access import Access, anyone
from nakamise.routing.access import guard
from nakamise.routing.asgi import App
from nakamise.routing.context import provide_ctx
from nakamise.routing.errors import HANDLERS
from nakamise.routing.gate import Gate
from nakamise.runtime import Runtime
from tests.isolation.conftest import Houses
from tests.isolation.house import House
from tests.isolation.table import Route, routes_of
from tests.isolation.verdict import Identity, faults_of

GUEST = Identity("guest")


def leaky(away: House) -> list[HTTPRouteHandler]:
    """Routes as a careless author might write them."""

    @get("/body", opt=anyone())
    async def body(ctx: Ctx) -> str:
        async with ctx.runtime.db.tenant(away.schema, read_only=True) as tx:
            return str(await tx.value("SELECT name FROM shop_product LIMIT 1"))

    @get("/header", opt=anyone())
    async def header(ctx: Ctx) -> Response[str]:
        return Response("", headers={"x-shop": away.canary})

    @get("/crash", opt=anyone())
    async def crash(ctx: Ctx) -> str:
        async with ctx.read() as tx:
            return str(await tx.value(f"SELECT name FROM {away.schema}.shop_product LIMIT 1"))

    @get("/open", opt=anyone())
    async def open_to_all(ctx: Ctx) -> str:
        return "staff only"

    return [body, header, crash, open_to_all]


@pytest.fixture
async def faults(houses: Houses, runtime: Runtime) -> dict[str, list[str]]:
    """Per path, what the verdict finds when a guest asks the left house."""
    home, away = houses["left"], houses["right"]
    inner = Litestar(
        leaky(away),
        dependencies={"ctx": Provide(provide_ctx, sync_to_thread=False)},
        guards=[guard],
        exception_handlers=HANDLERS,
        openapi_config=None,
    )
    gate = Gate(cast("App", inner), runtime)
    base_url = runtime.directory.base_url(home.stall.tenant)
    found = {}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=cast("Any", gate)), base_url=base_url
    ) as client:
        for route in routes_of(inner):
            answer = await client.get(route.path)
            found[route.path] = faults_of(_meant(route), GUEST, answer, away.canary)
    return found


def _meant(route: Route) -> Route:
    """`/open` should have said `requires(...)`."""
    if route.path != "/open":
        return route
    return Route(route.method, route.path, Access(permission="core.users.read"))


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/body", "shows the other tenant's data"),
        ("/header", "shows the other tenant's data"),
        ("/crash", "server error"),
        ("/open", "wrong status"),
    ],
)
async def test_the_verdict_finds_it(faults: dict[str, list[str]], path: str, fault: str) -> None:
    assert [fault in line for line in faults[path]] == [True], faults[path]
