"""Route handlers of the account area, for the application to mount."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise.account import (
    address_pages,
    api,
    home_pages,
    postal_api,
    security_api,
    security_pages,
)

route_handlers: Final[list[ControllerRouterHandler]] = [
    *home_pages.route_handlers,
    *address_pages.route_handlers,
    *security_pages.route_handlers,
    *api.route_handlers,
    *security_api.route_handlers,
    *postal_api.route_handlers,
]
