"""Off is missing on every route of every installed plugin, whatever it mounts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from litestar import Litestar
from litestar.handlers import BaseRouteHandler, WebsocketRouteHandler
from litestar.routes import WebSocketRoute

from nakamise.host.registry import PluginHost
from nakamise.host.routes import handlers_of
from nakamise.plugin.access import OPT_KEY, Access
from nakamise.plugin.context import Tenant
from nakamise.routing.asgi import App
from nakamise.testing.asgi import ask, connect, plain
from nakamise.testing.fixtures import MakeTenant
from tests.contract.installed import PLUGINS

SAMPLES = {"uuid": "00000000-0000-7000-8000-000000000001", "int": "1", "path": "a/b"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.fixture(scope="session")
async def bare(make_tenant: MakeTenant) -> Tenant:
    """Nothing is on."""
    return await make_tenant()


def litestar_of(app: Any) -> Litestar:
    while not isinstance(app, Litestar):
        app = app._app
    return app


def routes_of(app: App, host: PluginHost, plugin_id: str) -> list[tuple[str, BaseRouteHandler]]:
    """(path with sample values, handler)."""
    found = [
        (re.sub(r"\{[^:}]+:([^}]+)\}", lambda match: SAMPLES.get(match[1], "x"), path), handler)
        for path, handler in handlers_of(litestar_of(app).routes)
        if host.owner_of(path) == plugin_id
    ]
    return sorted(found, key=lambda pair: pair[0])


def nobody(path: str, plugin_id: str) -> str:
    """The same path under a name of the same length that nobody has."""
    assert "zz" not in plugin_id
    return re.sub(
        rf"^(/(?:api/|admin/)?){plugin_id}(?=/|$)", lambda match: match[1] + "z" * len(plugin_id), path
    )


@pytest.mark.parametrize("plugin_id", PLUGINS)
async def test_off_is_missing(app: App, host: PluginHost, bare: Tenant, plugin_id: str) -> None:
    routes = routes_of(app, host, plugin_id)
    paths = {path for path, handler in routes if not isinstance(handler, WebsocketRouteHandler)}
    for path in sorted(paths):
        other = nobody(path, plugin_id)
        assert other != path
        for method in METHODS:
            off, gone = await ask(app, bare, method, path), await ask(app, bare, method, other)
            assert plain(off, other, path) == plain(gone, other, path), f"{method} {path}"
    for path in {path for path, handler in routes if isinstance(handler, WebsocketRouteHandler)}:
        other = nobody(path, plugin_id)
        assert plain(await connect(app, bare, path), other, path) == plain(
            await connect(app, bare, other), other, path
        )


@pytest.mark.parametrize("plugin_id", PLUGINS)
def test_every_route_says_who_may_call_it(app: App, host: PluginHost, plugin_id: str) -> None:
    known = {permission.id for permission in host.permissions()}
    for path, handler in routes_of(app, host, plugin_id):
        access = handler.opt[OPT_KEY]
        assert isinstance(access, Access), path
        assert access.permission is None or access.permission in known, path


def test_every_route_lies_under_who_mounted_it(app: App, host: PluginHost) -> None:
    host.assert_owners(litestar_of(app))


def test_hello_has_a_websocket_and_pages_to_compare(app: App, host: PluginHost) -> None:
    """The negative control: the comparison above has something to compare."""
    kinds = {type(route) for route in litestar_of(app).routes if host.owner_of(route.path) == "hello"}
    assert WebSocketRoute in kinds
    assert len(routes_of(app, host, "hello")) >= 8
