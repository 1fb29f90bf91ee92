"""Everything of the pages as JSON."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_webhooks.deliveries import api as delivery_api
from nakamise_webhooks.endpoints import api as endpoint_api

route_handlers: Final[list[ControllerRouterHandler]] = [
    *endpoint_api.route_handlers,
    *delivery_api.route_handlers,
]
