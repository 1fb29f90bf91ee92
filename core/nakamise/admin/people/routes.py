"""Route handlers of people and the dashboard, for the application to mount."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise.admin.people import (
    dashboard_pages,
    invite_pages,
    role_api,
    role_pages,
    staff_api,
    staff_pages,
    user_act_pages,
    user_api,
    user_pages,
)

route_handlers: Final[list[ControllerRouterHandler]] = [
    *dashboard_pages.route_handlers,
    *user_pages.route_handlers,
    *user_act_pages.route_handlers,
    *user_api.route_handlers,
    *staff_pages.route_handlers,
    *staff_api.route_handlers,
    *role_pages.route_handlers,
    *role_api.route_handlers,
    *invite_pages.route_handlers,
]
