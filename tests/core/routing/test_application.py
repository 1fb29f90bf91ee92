"""Our quicker registration gives what Litestar's gives."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, Response, Router, WebSocket, delete, get, post, websocket
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, ControllerRouterHandler

from nakamise.host.registry import PluginHost
from nakamise.host.routes import handlers_of
from nakamise.routing.application import Application

ORIGIN = "http://shop.localhost"


def outer(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The application's guard."""


def inner_guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A router's guard."""


def own_guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A handler's guard."""


def passes(app: ASGIApp) -> ASGIApp:
    """A middleware that does nothing."""
    return app


def says(request: Request[Any, Any, Any], error: ValueError) -> Response[str]:
    return Response(str(error), status_code=418)


@get(["/things", "/all"], opt={"own": 1})
async def read(ctx: NamedDependency[str], size: FromQuery[int] = 3) -> str:
    return f"{ctx} {size}"


@post("/things")
async def make(data: JSONBody[dict[str, int]]) -> dict[str, int]:
    return data


@delete("/things", guards=[own_guard])
async def drop() -> None:
    """Nothing."""


@get("/things/{name:str}")
async def one(name: FromPath[str]) -> str:
    return name


@websocket("/things")
async def talk(socket: WebSocket[Any, Any, Any]) -> None:
    await socket.close()


async def _ctx() -> str:
    return "ctx"


@get("/greet", media_type="text/plain")
async def greet() -> str:
    return "hi"


def routers() -> list[ControllerRouterHandler]:
    inner = Router("/inner", route_handlers=[one], opt={"inner": 1}, guards=[inner_guard])
    return [
        Router("/a", route_handlers=[read, make, talk, inner], opt={"plugin": "a"}, tags=["a"]),
        Router(
            "/c", route_handlers=[drop, make], opt={"plugin": "c"}, guards=[inner_guard], middleware=[passes]
        ),
        Router(
            "/b", route_handlers=[read, one], include_in_schema=False, exception_handlers={ValueError: says}
        ),
    ]


def shape(app: Litestar) -> list[str]:
    return sorted(
        f"{type(route).__name__} {_told(path, handler)}"
        for route in app.routes
        for path, handler in handlers_of([route])
    )


def _told(path: str, handler: BaseRouteHandler) -> str:
    methods = sorted(getattr(handler, "http_methods", ()))
    takes = sorted(handler.parsed_fn_signature.parameters)
    kept = f"{sorted(handler.opt.items())} {sorted(handler.resolve_dependencies())} {_around(handler)}"
    return f"{path} {methods} {handler} {takes} {kept}"


def _around(handler: BaseRouteHandler) -> str:
    """Who is asked before it, what stands around it, and who answers for its errors; in order."""
    guards = [_name(guard) for guard in handler.resolve_guards()]
    middleware = [_name(one) for one in handler.resolve_middleware()]
    errors = {str(kind): _name(one) for kind, one in handler.resolve_exception_handlers().items()}
    return f"{guards} {middleware} {sorted(errors.items())}"


def _name(one: object) -> str:
    """Guards that are no coroutines stand in a wrapper of their own for each handler."""
    return str(getattr(getattr(one, "func", one), "__qualname__", type(one).__name__))


async def options(app: Litestar) -> dict[str, str]:
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN)  # type: ignore[arg-type]
    async with client:
        asked = [route.path for route in app.routes if isinstance(route, HTTPRoute)]
        answers = {path: await client.options(path.replace("{name:str}", "x")) for path in asked}
    assert {answer.status_code for answer in answers.values()} == {204}
    return {path: answer.headers["Allow"] for path, answer in answers.items()}


@pytest.mark.parametrize("register_one_by_one", [False, True])
async def test_the_same_routes_answer_the_same(register_one_by_one: bool) -> None:
    handlers: list[ControllerRouterHandler] = [*routers(), one, make, drop, read]
    apps: list[Litestar] = []
    for kind in (Litestar, Application):
        app = kind(
            [] if register_one_by_one else handlers, dependencies={"ctx": Provide(_ctx)}, guards=[outer]
        )
        for handler in handlers if register_one_by_one else []:
            app.register(handler)
        apps.append(app)
    assert shape(apps[1]) == shape(apps[0])
    assert len(shape(apps[1])) == 15
    guarded = "['outer', 'inner_guard', 'own_guard'] ['passes']"
    assert [line for line in shape(apps[1]) if guarded in line], "what was given is what is compared"
    assert all("'outer'" in line for line in shape(apps[1]))
    assert apps[1].openapi_schema.to_schema() == apps[0].openapi_schema.to_schema()
    assert await options(apps[1]) == await options(apps[0])


@pytest.mark.parametrize("kind", [Litestar, Application])
async def test_what_a_router_adds_to_answers_is_its_own(kind: type[Litestar]) -> None:
    """One function in two routers, and in another application of the same process."""
    a, b, c = (Router("/", route_handlers=[greet], response_headers={"from": one}) for one in "abc")
    app = kind([Router("/a", route_handlers=[greet], response_headers={"from": "a"}), b])
    assert [await _from(one, path) for one, path in ((app, "/a/greet"), (app, "/greet"))] == ["a", "b"]
    assert [await _from(kind([one]), "/greet") for one in (a, c)] == ["a", "c"]


async def _from(app: Litestar, path: str) -> str:
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN)  # type: ignore[arg-type]
    async with client:
        return (await client.get(path)).headers["from"]


async def test_all_plugins_routes_are_the_same(host: PluginHost) -> None:
    """And the host's routers can be mounted again: each application has its own."""
    named = {"dependencies": {"ctx": Provide(_ctx)}, "openapi_config": None}
    theirs = shape(Litestar([*host.route_handlers()], **named))  # type: ignore[arg-type]
    first, second = (Application([*host.route_handlers()], **named) for _ in range(2))
    assert len(theirs) > 400
    assert shape(first) == shape(second) == theirs
    assert {id(h) for _, h in handlers_of(first.routes)}.isdisjoint(
        id(h) for _, h in handlers_of(second.routes)
    )
