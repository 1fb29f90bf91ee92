"""Pages that everybody, or a broadcaster, sees."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_livestream.broadcasters import apply_pages
from nakamise_livestream.broadcasts import event_pages, list_pages

route_handlers: Final[list[ControllerRouterHandler]] = [
    *list_pages.route_handlers,
    *event_pages.route_handlers,
    *apply_pages.route_handlers,
]
