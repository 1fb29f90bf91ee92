"""Everything as JSON."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_livestream.archive import api as archive
from nakamise_livestream.broadcasters import api as broadcasters
from nakamise_livestream.broadcasts.api import air, parts, plan, public, staff
from nakamise_livestream.chat import api as chat
from nakamise_livestream.sales import api as sales
from nakamise_livestream.stage import api as stage

route_handlers: Final[list[ControllerRouterHandler]] = [
    *public.route_handlers,
    *broadcasters.route_handlers,
    *plan.route_handlers,
    *air.route_handlers,
    *parts.route_handlers,
    *stage.route_handlers,
    *staff.route_handlers,
    *chat.route_handlers,
    *archive.route_handlers,
    *sales.route_handlers,
]
