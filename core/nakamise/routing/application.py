"""Litestar, registering hundreds of routes in half the time.

It looks through all routes for each new path, works out anew for each path what its answer to OPTIONS takes, which
is the same for all of them, and copies routers down to the last value of their handlers: half of what an application
costs at every start.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from litestar import Litestar, Router
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.routes import ASGIRoute, BaseRoute, HTTPRoute, WebSocketRoute
from litestar.routes import http as litestar_http
from litestar.types.internal_types import RouteHandlerMapItem


class _Registry(Router):
    """What ``Litestar.register`` calls for the routes themselves."""

    _known: dict[str, RouteHandlerMapItem]
    _options: HTTPRouteHandler | None

    @property
    def route_handler_method_map(self) -> dict[str, RouteHandlerMapItem]:
        """As Litestar's own, and kept up to date instead of made anew."""
        return self._known

    def register(self, value: Any) -> list[BaseRoute]:
        routes = super().register(value)
        for route in routes:
            # A route that took in another method of its path stands in the place of the one before.
            self._known.setdefault(route.path, {}).update(_methods(route))
            if isinstance(route, HTTPRoute):
                self._share_options(route)
        return routes

    def _validate_registration_value(self, value: Any) -> Any:
        """A router is registered as a copy that belongs to us, with copies of its handlers that belong to that."""
        if not isinstance(value, Router) or value is self or not _is_flat(value):
            return super()._validate_registration_value(value)
        taken = copy(value)
        taken.owner = self
        taken.routes = [_owned(route, taken) for route in value.routes]
        return taken

    def _share_options(self, route: HTTPRoute) -> None:
        """All of Litestar's own answers to OPTIONS take the same: the scope."""
        for handler in route.route_handlers:
            if handler.fn.__module__ != litestar_http.__name__:
                continue
            if self._options is None:
                self._options = handler
            handler._parsed_fn_signature = self._options.parsed_fn_signature
            handler._signature_model = self._options.signature_model


class Application(Litestar, _Registry):  # type: ignore[misc]  # Litestar.register answers None
    """Takes and does what ``Litestar`` does."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._known = {}
        self._options = None
        super().__init__(*arguments, **named)


def _methods(route: BaseRoute) -> RouteHandlerMapItem:
    if isinstance(route, HTTPRoute):
        return {method: handler for handler in route.route_handlers for method in handler.http_methods}
    if isinstance(route, WebSocketRoute):
        return {"websocket": route.route_handler}
    return {"asgi": route.route_handler} if isinstance(route, ASGIRoute) else {}


def _handlers(route: BaseRoute) -> list[BaseRouteHandler]:
    if isinstance(route, HTTPRoute):
        return list(route.route_handlers)
    return [route.route_handler] if isinstance(route, (WebSocketRoute, ASGIRoute)) else []


def _is_flat(router: Router) -> bool:
    """Whether its handlers are its own, not those of a router in it."""
    return all(handler.owner is router for route in router.routes for handler in _handlers(route))


def _owned(
    route: HTTPRoute | WebSocketRoute | ASGIRoute, owner: Router
) -> HTTPRoute | WebSocketRoute | ASGIRoute:
    taken = copy(route)
    if isinstance(taken, HTTPRoute):
        taken.route_handlers = [_apart(handler) for handler in taken.route_handlers]
    elif isinstance(taken, WebSocketRoute):
        taken.route_handler = copy(taken.route_handler)
    else:
        taken.route_handler = copy(taken.route_handler)
    for handler in _handlers(taken):
        handler.owner = owner
    return taken


def _apart(handler: HTTPRouteHandler) -> HTTPRouteHandler:
    """A copy with an answer of its own: Litestar keeps in it what the routers around it add, such as headers."""
    taken = copy(handler)
    taken._response_handler_mapping = taken._response_handler_mapping.copy()
    return taken
