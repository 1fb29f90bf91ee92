"""Pages under /admin/livestream."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_livestream.broadcasters import staff_pages as broadcasters
from nakamise_livestream.broadcasts import category_pages, monitor_pages

route_handlers: Final[list[ControllerRouterHandler]] = [
    *monitor_pages.route_handlers,
    *category_pages.route_handlers,
    *broadcasters.route_handlers,
]
