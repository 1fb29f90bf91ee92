"""Pages that everybody, or a broadcaster, sees."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_livestream.archive import hls_routes
from nakamise_livestream.archive import pages as archive
from nakamise_livestream.broadcasters import apply_pages
from nakamise_livestream.broadcasts import event_pages, list_pages
from nakamise_livestream.stage import pages as stage
from nakamise_livestream.stage import routes as stage_routes
from nakamise_livestream.studio import briefing, dashboard, part_pages, plan_pages
from nakamise_livestream.studio import pages as studio
from nakamise_livestream.watch import acts, embed
from nakamise_livestream.whip import play_routes, publish_routes

route_handlers: Final[list[ControllerRouterHandler]] = [
    *list_pages.route_handlers,
    *publish_routes.route_handlers,
    *play_routes.route_handlers,
    *stage.route_handlers,
    *stage_routes.route_handlers,
    *hls_routes.route_handlers,
    *archive.route_handlers,
    *event_pages.route_handlers,
    *embed.route_handlers,
    *apply_pages.route_handlers,
    *dashboard.route_handlers,
    *plan_pages.route_handlers,
    *part_pages.route_handlers,
    *studio.route_handlers,
    *briefing.route_handlers,
    *acts.route_handlers,
]
