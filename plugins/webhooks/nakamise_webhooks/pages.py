"""All pages under /admin/webhooks."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_webhooks.deliveries import act_pages
from nakamise_webhooks.deliveries import pages as log_pages
from nakamise_webhooks.endpoints import form_pages
from nakamise_webhooks.endpoints import pages as endpoint_pages

route_handlers: Final[list[ControllerRouterHandler]] = [
    *endpoint_pages.route_handlers,
    *form_pages.route_handlers,
    *log_pages.route_handlers,
    *act_pages.route_handlers,
]
