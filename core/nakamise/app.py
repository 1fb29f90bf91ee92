"""What a server answers: the routes of the core and of the plugins, behind the gate."""

from __future__ import annotations

from typing import Any, cast

from litestar import Request, Router
from litestar.config.compression import CompressionConfig
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig

from nakamise.account.routes import route_handlers as account_routes
from nakamise.admin.people.routes import route_handlers as people_routes
from nakamise.admin.site.routes import route_handlers as running_routes
from nakamise.auth.routes import route_handlers as auth_routes
from nakamise.events.live_routes import route_handlers as live_routes
from nakamise.host.pages import route_handlers as host_routes
from nakamise.mail.pages import route_handlers as mail_routes
from nakamise.plans.pages import route_handlers as plan_routes
from nakamise.plugin.access import OPT_BOUNDED, requires
from nakamise.rooms.routes import route_handlers as room_routes
from nakamise.routing.access import access_of, guard
from nakamise.routing.admission import Bounds
from nakamise.routing.application import Application
from nakamise.routing.asgi import App
from nakamise.routing.context import provide_ctx
from nakamise.routing.errors import HANDLERS
from nakamise.routing.gate import NOWHERE, Gate
from nakamise.routing.openapi import route_handlers as openapi_routes
from nakamise.runtime import Runtime
from nakamise.site.routes import route_handlers as site_routes
from nakamise.storage import UrlSigner, media_route
from nakamise.tenancy.agencies.act_pages import route_handlers as act_routes
from nakamise.tenancy.transfer.routes import route_handlers as transfer_routes
from nakamise.ui.asset_routes import asset_route
from nakamise.ui.i18n import CORE

# Bodies larger than this are refused before they are read; uploads are the largest.
BODY_MAX_BYTES = 10_500_000


def create_app(runtime: Runtime) -> App:
    """Raises AccessMissing when a route names no access, ValueError for a bounded one with parameters in its path."""
    app = Application(
        route_handlers=[
            *site_routes,
            asset_route(runtime.renderer.assets),
            media_route(runtime.store, UrlSigner(runtime.settings.secret_key), _schema_of),
            *auth_routes,
            *act_routes,
            *account_routes,
            *people_routes,
            *plan_routes,
            *running_routes,
            *host_routes,
            *live_routes,
            *room_routes,
            *mail_routes,
            *openapi_routes,
            *transfer_routes,
            *runtime.host.route_handlers(),
        ],
        dependencies={"ctx": Provide(provide_ctx, sync_to_thread=False)},
        guards=[guard],
        exception_handlers=HANDLERS,
        openapi_config=OpenAPIConfig(title="API", version="1", openapi_router=_unreachable()),
        request_max_body_size=BODY_MAX_BYTES,
        # Assets are compressed once at start, pictures are compressed by nature.
        compression_config=CompressionConfig(
            backend="brotli",
            brotli_quality=4,
            exclude=[
                "^/assets/",
                "^/media/",
                "^/events",
                "^/api/core/events",
                "^/rooms/",
                "^/api/core/rooms/",
            ],
        ),
    )
    bounds = Bounds()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)]):
            if handler is None:
                continue
            access_of(handler)
            if handler.opt.get(OPT_BOUNDED):
                bounds.add(handler.http_methods, route.path, runtime.host.owner_of(route.path) or CORE)
    runtime.host.assert_owners(app)
    return Gate(cast("App", app), runtime, bounds)


def _unreachable() -> Router:
    """Litestar mounts the document of all plugins somewhere: here, where no path and no permission leads.

    What tenants see is `routing.openapi`: the part that is on for them.
    """
    return Router(
        f"{NOWHERE}openapi", route_handlers=[], opt=requires("core.nobody"), include_in_schema=False
    )


def _schema_of(request: Request[Any, Any, Any]) -> str:
    return provide_ctx(request.scope).tenant.schema


def end_streams(runtime: Runtime) -> None:
    """Pages that listen come again, to the process that follows."""
    runtime.rooms.end_streams()
    runtime.live.end_streams()
