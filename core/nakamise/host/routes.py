"""Mounts a plugin's routes where they belong, and knows whose a path is."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.routes import ASGIRoute, BaseRoute, HTTPRoute, WebSocketRoute

from nakamise.errors import NakamiseError
from nakamise.host import references
from nakamise.host.refusal import PluginRefused, Why
from nakamise.plugin.access import OPT_KEY, Access
from nakamise.plugin.manifest import Area, Manifest

OPT_PLUGIN: Final = "plugin"
_PREFIXES: Final[dict[Area, str]] = {"pages": "/{}", "api": "/api/{}", "admin": "/admin/{}"}
_SHARED_ROOTS: Final = frozenset({"api", "admin", "assets"})


class Mounting(enum.Enum):
    """What is done with the routes of plugins while they are loaded."""

    NOTHING = enum.auto()  # a command answers nobody: they are not even imported
    UNTRIED = enum.auto()  # the application shows what cannot be mounted, but not whose fault it is
    TRIED = enum.auto()  # each plugin's are registered alone first, so that a fault stays that plugin's


class RouteOwnerError(NakamiseError):
    """A route answers under a path that belongs to somebody else."""


def owner_of(path: str, plugins: frozenset[str] | Mapping[str, object]) -> str | None:
    """The plugin under whose prefix ``path`` (decoded) lies; empty segments count as little as for the router."""
    segments = [segment for segment in path.split("/", 8) if segment]
    if not segments:
        return None
    first = segments[0]
    if first in _SHARED_ROOTS:
        first = segments[1] if len(segments) > 1 else ""
    return first if first in plugins else None


def exists(path: str, installed: frozenset[str], enabled: frozenset[str]) -> bool:
    """Whether anything may answer ``path`` where ``enabled`` is on.

    Under /assets nobody but the core and what is on exists at all, so that a plugin that is off is met with
    the same answer as a name that nobody ever had.
    """
    segments = [segment for segment in path.split("/", 8) if segment]
    if len(segments) > 1 and segments[0] == "assets":
        return segments[1] == "core" or segments[1] in enabled & installed
    owner = owner_of(path, installed)
    return owner is None or owner in enabled


def routers_of(manifest: Manifest, permissions: frozenset[str], mounting: Mounting) -> tuple[Router, ...]:
    """Raises PluginRefused for what cannot be loaded or mounted, as far as ``mounting`` looks."""
    if mounting is Mounting.NOTHING:
        return ()
    routers = build_routers(manifest)
    if mounting is Mounting.TRIED:
        check_routes(manifest, routers, permissions)
    return routers


def build_routers(manifest: Manifest) -> tuple[Router, ...]:
    """Raises PluginRefused when something named cannot be loaded or mounted."""
    return tuple(_router(manifest.id, area, handlers) for area, handlers in _handlers(manifest).items())


def _handlers(manifest: Manifest) -> dict[Area, list[Any]]:
    found: dict[Area, list[Any]] = {}
    for mount in manifest.mounts:
        handlers = references.load(mount.handlers)
        if isinstance(handlers, str) or not isinstance(handlers, Sequence):
            raise PluginRefused(Why.BAD_ROUTES, f"{mount.handlers} is not a sequence of route handlers")
        found.setdefault(mount.area, []).extend(handlers)
    return found


def _router(plugin_id: str, area: Area, handlers: list[Any]) -> Router:
    try:
        router = Router(
            _PREFIXES[area].format(plugin_id),
            route_handlers=handlers,
            opt={OPT_PLUGIN: plugin_id},
            include_in_schema=area == "api",
            tags=[plugin_id],
        )
    except Exception as error:
        raise PluginRefused(Why.BAD_ROUTES, f"{area}: {type(error).__name__}: {error}") from error
    # Litestar lets one of two handlers for the same path and method win without a word.
    places = Counter(
        f"{method} {path}"
        for path, handler in handlers_of(router.routes)
        for method in getattr(handler, "http_methods", ())
    )
    if twice := [place for place, count in places.items() if count > 1]:
        raise PluginRefused(Why.BAD_ROUTES, f"more than one handler for {', '.join(twice)}")
    return router


def check_routes(manifest: Manifest, routers: Sequence[Router], permissions: frozenset[str]) -> None:
    """Registers the routers in an application of their own, so that a fault stays this plugin's.

    Raises PluginRefused for a route that cannot be registered, that says nothing about access, or that
    names a permission outside ``permissions``.
    """
    if not routers:
        return
    try:
        app = Litestar(
            list(routers),
            dependencies={"ctx": Provide(_no_context)},
            openapi_config=None,
            logging_config=None,
        )
    except Exception as error:
        raise PluginRefused(Why.BAD_ROUTES, f"{type(error).__name__}: {error}") from error
    for path, handler in handlers_of(app.routes):
        if owner_of(path, frozenset({manifest.id})) != manifest.id:
            raise PluginRefused(Why.BAD_ROUTES, f"{path} lies outside the plugin's prefix")
        _check_access(path, handler, permissions)


async def _no_context() -> object:
    raise RuntimeError("this application only checks routes")


def _check_access(path: str, handler: BaseRouteHandler, permissions: frozenset[str]) -> None:
    access = handler.opt.get(OPT_KEY)
    if not isinstance(access, Access):
        raise PluginRefused(Why.NO_ACCESS, f"{path} ({handler})")
    if access.permission is not None and access.permission not in permissions:
        raise PluginRefused(Why.UNKNOWN_PERMISSION, f"{path}: {access.permission}")


def handlers_of(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, BaseRouteHandler]]:
    """(path, handler) of every route, without the OPTIONS handlers that Litestar adds by itself."""
    for route in routes:
        for handler in _of_route(route):
            if not handler.fn.__module__.startswith("litestar."):
                yield route.path, handler


def _of_route(route: BaseRoute) -> Sequence[BaseRouteHandler]:
    if isinstance(route, HTTPRoute):
        return route.route_handlers
    if isinstance(route, (WebSocketRoute, ASGIRoute)):
        return [route.route_handler]
    raise TypeError(f"unknown kind of route: {route!r}")


def assert_owners(routes: Iterable[BaseRoute], plugins: frozenset[str], permissions: frozenset[str]) -> None:
    """The pair of the gate: every route's path belongs to who mounted it, and a plugin's names a permission that
    somebody declares. Raises RouteOwnerError."""
    for path, handler in handlers_of(routes):
        mounted_by = handler.opt.get(OPT_PLUGIN)
        owner = owner_of(path, plugins)
        if owner != mounted_by:
            raise RouteOwnerError(f"{path} is mounted by {mounted_by}, but the path belongs to {owner}")
        access = handler.opt.get(OPT_KEY)
        if mounted_by and isinstance(access, Access) and access.permission not in {None, *permissions}:
            raise RouteOwnerError(f"{path} asks for {access.permission}, which nobody declares")
