"""Route handlers of signing in and out, for the application to mount."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise.auth import api, pages, register_pages

route_handlers: Final[list[ControllerRouterHandler]] = [
    *pages.route_handlers,
    *register_pages.route_handlers,
    *api.route_handlers,
]
